/* SPDX-License-Identifier: Apache-2.0 */
#define NAME_MAX 255
#define PATH_MAX 4096
#define ARG_MAX 131072
#define NGROUPS_MAX 65536
#define PIPE_BUF 4096
#define XATTR_NAME_MAX 255
