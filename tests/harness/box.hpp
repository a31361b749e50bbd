// SPDX-License-Identifier: Apache-2.0
// A driver whose outputs are files: each says "on" or "off", one line a switch, and only one process can hold it at a time.
#pragma once

#include "drivers/line.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kuzet::test {

struct BoxSettings final : drivers::DeviceSettings {
  std::string file;
};

inline const Schema<BoxSettings>& box_schema() {
  static const Schema<BoxSettings> schema{
      settings::required(settings::text<BoxSettings>("file", &BoxSettings::file, "Where its states are written."))};
  return schema;
}

/// While FILE.sick is there it does not answer.
class BoxLine final : public drivers::Line {
 public:
  explicit BoxLine(drivers::LinePlan plan) : plan_(std::move(plan)), wanted_(plan_.outputs.size()) {}

  Result<> work(drivers::LineEvents& events, std::stop_token stop) override {
    using namespace std::chrono_literals;
    std::vector<Held> held;
    for (const auto& output : plan_.outputs) {
      const std::string& file = settings_of(output).file;
      held.emplace_back(::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
      if (held.back().file < 0 || ::flock(held.back().file, LOCK_EX | LOCK_NB) != 0)
        return Error{Code::busy, file + ": is held by another"};
    }
    for (; !stop.stop_requested(); std::this_thread::sleep_for(2ms))
      for (std::size_t i = 0; i < wanted_.size(); ++i) carry_out(i, held[i].file, events);
    return {};
  }
  void want(std::size_t output, bool on) override { wanted_[output] = on ? 2 : 1; }

 private:
  struct Held {
    int file;
    explicit Held(int fd) : file(fd) {}
    Held(Held&& other) noexcept : file(std::exchange(other.file, -1)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (file >= 0) ::close(file);
    }
  };
  static const BoxSettings& settings_of(const drivers::Device& device) {
    return dynamic_cast<const BoxSettings&>(*device.settings);
  }
  void carry_out(std::size_t i, int file, drivers::LineEvents& events) {
    const int wish = wanted_[i].exchange(0);
    if (wish == 0) return;
    const bool sick = std::filesystem::exists(settings_of(plan_.outputs[i]).file + ".sick");
    const std::string text = wish == 2 ? "on\n" : "off\n";
    const bool written = !sick && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    events.switched(i, wish == 2, written ? Result<>() : Result<>(Error{Code::io, "no answer from the box"}));
  }

  drivers::LinePlan plan_;
  std::vector<std::atomic<int>> wanted_;  // 0: nothing new, 1: off, 2: on
};

inline const drivers::DeviceType& box_device() {
  static const drivers::DeviceType type{"box",
                                        "Files.",
                                        nullptr,
                                        &box_schema().fields(),
                                        nullptr,
                                        [](const Node& entry, const std::string& key, Faults& faults) {
                                          auto own = std::make_shared<BoxSettings>();
                                          box_schema().read(*own, entry, key, faults);
                                          drivers::Device device;
                                          device.line = own->file;
                                          device.settings = std::move(own);
                                          return device;
                                        },
                                        [](drivers::LinePlan plan, const Clock&) -> std::unique_ptr<drivers::Line> {
                                          return std::make_unique<BoxLine>(std::move(plan));
                                        }};
  return type;
}

inline const drivers::DeviceType* find_box(std::string_view name) { return name == "box" ? &box_device() : nullptr; }

}  // namespace kuzet::test
