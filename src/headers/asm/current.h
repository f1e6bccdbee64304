/* SPDX-License-Identifier: Apache-2.0 */
#define current ((struct task_struct *)bpf_get_current_task())
