/* SPDX-License-Identifier: Apache-2.0 */
#define ITER_SOURCE 1
#define ITER_DEST 0
#define UIO_MAXIOV 1024
