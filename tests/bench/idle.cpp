// SPDX-License-Identifier: Apache-2.0
// The yardstick of memory: does nothing until it is killed. The benchmark preloads the libraries that the agent has.
#include <unistd.h>

int main() {
  for (;;) ::pause();
}
