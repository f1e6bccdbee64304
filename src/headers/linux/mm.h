/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/kernel.h>

#define folio_page(folio, n) (&(folio)->page + (n))
