/* SPDX-License-Identifier: Apache-2.0 */
#define read_pnet(pnet) ((pnet)->net)
