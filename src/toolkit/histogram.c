/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histograms in the classic layout. Log2: slot i holds values 2^(i-1) to 2^i - 1, slot 1 also 0;
 * slot 0 stays unused. Linear: slot i holds the value i. The bar is the share of the highest count.
 */
#include "toolkit/toolkit.h"

void histogram_add(Histogram *h, uint64_t slot, uint64_t count)
{
	if (slot >= HISTOGRAM_SLOTS)
		slot = HISTOGRAM_SLOTS - 1;
	h->slots[slot] += count;
	if (h->slots[slot] && (int)slot > h->max)
		h->max = (int)slot;
}

static uint64_t highest(const Histogram *h)
{
	uint64_t most = 0;

	for (int i = 0; i <= h->max; i++)
		if (h->slots[i] > most)
			most = h->slots[i];
	return most;
}

static void bar(uint64_t count, uint64_t most, int width, StrBuf *out)
{
	int stars = most ? (int)((unsigned __int128)count * (unsigned)width / most) : 0;

	for (int i = 0; i < width; i++)
		sb_putc(out, i < stars ? '*' : ' ');
	sb_puts(out, "|\n");
}

void histogram_log2(const Histogram *h, const char *label, StrBuf *out)
{
	uint64_t most = highest(h);
	bool wide = h->max > 32;

	if (h->max < 1 || !most)
		return;
	if (wide)
		sb_printf(out, "               %-29s : count     distribution\n", label);
	else
		sb_printf(out, "     %-19s : count     distribution\n", label);
	for (int i = 1; i <= h->max && i <= 64; i++) {
		uint64_t low = i == 1 ? 0 : 1ULL << (i - 1);
		uint64_t high = i == 64 ? ~0ULL : (1ULL << i) - 1;

		if (wide)
			sb_printf(out, "%20llu -> %-20llu : %-8llu |", (unsigned long long)low,
				  (unsigned long long)high, (unsigned long long)h->slots[i]);
		else
			sb_printf(out, "%10llu -> %-10llu : %-8llu |", (unsigned long long)low,
				  (unsigned long long)high, (unsigned long long)h->slots[i]);
		bar(h->slots[i], most, wide ? 20 : 40, out);
	}
}

void histogram_linear(const Histogram *h, const char *label, StrBuf *out)
{
	uint64_t most = highest(h);

	if (h->max < 0)
		return;
	sb_printf(out, "     %-13s : count     distribution\n", label);
	for (int i = 0; i <= h->max; i++) {
		sb_printf(out, "        %-10d : %-8llu |", i, (unsigned long long)h->slots[i]);
		bar(h->slots[i], most, 40, out);
	}
}
