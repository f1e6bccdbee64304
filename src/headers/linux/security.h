/* SPDX-License-Identifier: Apache-2.0 */
#define CAP_OPT_NONE 0x0
#define CAP_OPT_NOAUDIT 0x2
