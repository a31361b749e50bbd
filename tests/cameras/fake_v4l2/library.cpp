// SPDX-License-Identifier: Apache-2.0
// The functions of libv4l2, answered by cameras that a file describes: linked before the real library, or preloaded into a
// program.
#include "tests/cameras/fake_v4l2/instance.hpp"

#include <libv4l2.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace kuzet::test::v4l2 {

namespace {

struct Open {
  std::mutex mutex;
  std::map<int, std::shared_ptr<Instance>> by_fd;
  std::map<void*, std::shared_ptr<Instance>> by_memory;
};

Open& open_ones() {
  static Open& all = *new Open;  // never destroyed: a close that hangs may outlive main
  return all;
}

int failed(int why) {
  errno = why;
  return -1;
}

std::shared_ptr<Instance> find(int fd) {
  auto& all = open_ones();
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_fd.find(fd);
  return found == all.by_fd.end() ? nullptr : found->second;
}

int open(const std::string& path) {
  const char* bus = std::getenv(variable);
  const auto cameras = bus == nullptr ? std::vector<FakeCamera>() : read_bus(bus);
  const auto found =
      std::ranges::find_if(cameras, [&](const FakeCamera& one) { return one.node == path || one.by_id() == path; });
  if (found == cameras.end()) return failed(path == "/dev/null" ? ENOTTY : ENOENT);
  if (found->is("hangs")) std::this_thread::sleep_for(hanging);
  if (found->is("denied")) return failed(EACCES);
  if (found->is("busy")) return failed(EBUSY);
  auto instance = std::make_shared<Instance>(bus, *found);
  if (instance->fd() < 0) return failed(EMFILE);
  auto& all = open_ones();
  const std::lock_guard lock(all.mutex);
  const int fd = instance->fd();
  all.by_fd[fd] = std::move(instance);
  return fd;
}

}  // namespace

}  // namespace kuzet::test::v4l2

using kuzet::test::v4l2::failed;
using kuzet::test::v4l2::open_ones;

extern "C" {

FILE* v4l2_log_file = nullptr;

int v4l2_open(const char* file, int, ...) { return kuzet::test::v4l2::open(file); }

int v4l2_close(int fd) {
  std::shared_ptr<kuzet::test::v4l2::Instance> last;
  auto& all = open_ones();
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_fd.find(fd);
  if (found == all.by_fd.end()) return failed(EBADF);
  last = std::move(found->second);
  all.by_fd.erase(found);
  return 0;
}

int v4l2_ioctl(int fd, unsigned long int request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  const auto instance = kuzet::test::v4l2::find(fd);
  const int why = instance ? instance->call(request, argument) : EBADF;
  return why == 0 ? 0 : failed(why);
}

void* v4l2_mmap(void*, size_t length, int, int, int fd, int64_t offset) {
  const auto instance = kuzet::test::v4l2::find(fd);
  void* const memory = instance ? instance->map(length, offset) : nullptr;
  if (memory == nullptr) return errno = EINVAL, MAP_FAILED;
  auto& all = open_ones();
  const std::lock_guard lock(all.mutex);
  all.by_memory[memory] = instance;
  return memory;
}

int v4l2_munmap(void* memory, size_t) {
  auto& all = open_ones();
  const std::lock_guard lock(all.mutex);
  return all.by_memory.erase(memory) == 1 ? 0 : failed(EINVAL);
}
}
