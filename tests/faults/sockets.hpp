// SPDX-License-Identifier: Apache-2.0
// Which sockets a program has open: the same inode before and after means the same connection.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>

namespace kuzet::test {

/// Inodes of its connections over TCP to this port of loopback, and of its sockets that listen on it.
std::set<std::string> sockets_of(pid_t program, int port);
/// The number and the name of each descriptor of a terminal (serial line) that it holds.
std::set<std::string> terminals_of(pid_t program);

}  // namespace kuzet::test
