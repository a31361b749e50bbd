// SPDX-License-Identifier: Apache-2.0
// One thread waits for edges of all inputs of a chip, and for wishes for its outputs.
#include "drivers/gpio/pin_line.hpp"

#include "drivers/gpio/input.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>

namespace kuzet::drivers::gpio {

namespace {

/// Wakes the line's thread from any other.
class Bell {
 public:
  Bell() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  ~Bell() { ::close(fd_); }

  void ring() const { (void)::eventfd_write(fd_, 1); }  // fails only when it has been rung 2^64 times
  void hush() const {
    eventfd_t rung = 0;
    (void)::eventfd_read(fd_, &rung);  // fails when it has not been rung
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// An output: what is wanted of it, by any thread, and its pin, of the line's thread.
struct Output {
  std::shared_ptr<const OutputSettings> settings;
  std::optional<bool> wanted;  // under the line's mutex
  bool carried_out = false;    // under the line's mutex
  Steady next_try{};           // under the line's mutex
  std::unique_ptr<Pin> pin;
};

class PinLine final : public Line {
 public:
  PinLine(LinePlan plan, const Clock& clock, OpenChip open) : clock_(clock), open_(std::move(open)) {
    for (std::size_t i = 0; i < plan.sensors.size(); ++i)
      inputs_.emplace_back(i, std::dynamic_pointer_cast<const InputSettings>(plan.sensors[i].settings));
    for (const auto& device : plan.outputs)
      outputs_.push_back({std::dynamic_pointer_cast<const OutputSettings>(device.settings), {}, false, {}, nullptr});
    chip_name_ = !inputs_.empty() ? plan.sensors[0].line : plan.outputs.empty() ? "" : plan.outputs[0].line;
  }

  Result<> work(LineEvents& events, std::stop_token stop) override {
    auto chip = open_(chip_name_);
    if (!chip) return chip.error();
    const std::stop_callback wake(stop, [this] { bell_.ring(); });
    auto done = serve(**chip, events, stop);
    release();
    return done;
  }

  void want(std::size_t output, bool on) override {
    const std::lock_guard lock(mutex_);
    outputs_.at(output).wanted = on;
    outputs_[output].carried_out = false;
    outputs_[output].next_try = {};
    bell_.ring();
  }

 private:
  Result<> serve(Chip& chip, LineEvents& events, const std::stop_token& stop) {
    for (;;) {
      const bool last = stop.stop_requested();  // what is wanted before the stop is still carried out
      bell_.hush();
      if (auto done = switch_outputs(chip, events, last); !done) return done;
      if (last) return {};
      if (auto done = request_inputs(chip, events); !done) return done;
      const auto ready = wait();
      const Moment now = clock_.now();
      for (std::size_t i = 0; i < inputs_.size(); ++i)
        if (auto done = inputs_[i].serve(ready[i], events, now); !done) return done;
    }
  }

  /// A failure when no pin at all can be had: the chip may be gone, and is opened anew.
  Result<> request_inputs(Chip& chip, LineEvents& events) {
    Result<> failed;
    for (auto& input : inputs_)
      if (auto done = input.request(chip, events, clock_.now()); !done) failed = done;
    const bool has_any = std::ranges::any_of(inputs_, &Input::open) ||
                         std::ranges::any_of(outputs_, [](const Output& one) { return one.pin != nullptr; });
    return failed || has_any || failed.error().code == Code::busy ? Result<>() : failed;
  }

  Result<> switch_outputs(Chip& chip, LineEvents& events, bool last) {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const auto on = wish(i, last);
      if (!on) continue;
      const bool had_pin = outputs_[i].pin != nullptr;
      const auto done = carry_out(chip, outputs_[i], *on);
      remember(i, *on, done.has_value());
      events.switched(i, *on, done);
      if (!done && had_pin) return done;
    }
    return {};
  }

  static Result<> carry_out(Chip& chip, Output& output, bool on) {
    if (output.pin) return output.pin->set(on);
    auto pin = chip.output(output.settings->wish, on);
    if (!pin) return pin.error();
    output.pin = std::move(*pin);
    return {};
  }

  /// What is to be done now; `last`: also what was to be tried again later.
  std::optional<bool> wish(std::size_t output, bool last) {
    const std::lock_guard lock(mutex_);
    const auto& one = outputs_[output];
    return one.carried_out || (!last && clock_.now().steady < one.next_try) ? std::nullopt : one.wanted;
  }

  /// A newer wish that came meanwhile stays to be done, and at once.
  void remember(std::size_t output, bool on, bool done) {
    const std::lock_guard lock(mutex_);
    auto& one = outputs_[output];
    if (one.wanted != on) return;
    one.carried_out = done;
    if (!done) one.next_try = clock_.now().steady + retry_after;
  }

  /// Waits for edges, the bell, or the time at which something is due; which inputs have edges.
  std::vector<bool> wait() {
    const Steady now = clock_.now().steady;
    std::vector<pollfd> watched{{bell_.fd(), POLLIN, 0}};
    for (const auto& input : inputs_) watched.push_back({input.fd(now), POLLIN, 0});
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_due(now) - now).count();
    const int count = ::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    std::vector<bool> ready;
    for (std::size_t i = 1; i < watched.size(); ++i) ready.push_back(count > 0 && watched[i].revents != 0);
    return ready;
  }

  Steady next_due(Steady now) {
    Steady next = now + std::chrono::seconds(10);
    for (const auto& input : inputs_) next = std::min(next, input.due(now));
    const std::lock_guard lock(mutex_);
    for (const auto& output : outputs_)
      if (output.wanted && !output.carried_out) next = std::min(next, output.next_try);
    return next;
  }

  /// All pins, before their chip. What is wanted of outputs is carried out again when the chip is there again.
  void release() {
    for (auto& input : inputs_) input.close();
    const std::lock_guard lock(mutex_);
    for (auto& output : outputs_) {
      output.pin.reset();
      output.carried_out = false;
      output.next_try = {};
    }
  }

  const Clock& clock_;
  OpenChip open_;
  std::string chip_name_;
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  std::mutex mutex_;
  Bell bell_;
};

}  // namespace

std::unique_ptr<Line> make_pin_line(LinePlan plan, const Clock& clock, OpenChip open) {
  return std::make_unique<PinLine>(std::move(plan), clock, std::move(open));
}

}  // namespace kuzet::drivers::gpio
