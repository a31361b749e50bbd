// SPDX-License-Identifier: Apache-2.0
// Opening, reading, opening again; here exceptions of a driver's libraries become faults of one camera.
#include "agent/run/capture.hpp"

#include "agent/run/credentials.hpp"

#include <condition_variable>
#include <memory>
#include <utility>

namespace kuzet::run {

using namespace std::chrono_literals;

namespace {

constexpr auto proven = 10s;         // a connection that gave pictures for so long works: the next failure is a new one
constexpr auto describe_every = 5s;  // what a source tells of itself changes rarely

}  // namespace

void wait(Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, duration, [] { return false; });
}

Capture::Capture(const CameraSettings& camera, const drivers::CameraType& type, const Clock& clock, Latest& latest,
                 CameraMeter& meter, Tells tells)
    : camera_(camera),
      type_(type),
      clock_(clock),
      latest_(latest),
      meter_(meter),
      tells_(std::move(tells)),
      backoff_(uplink::system_chance(), 1s, 60s),
      thread_([this](const std::stop_token& stop) {
        run(stop);
        end_.set_value();
      }) {}

void Capture::want(drivers::Decode what) {
  const std::lock_guard lock(mutex_);
  if (what == std::exchange(wanted_, what) || source_ == nullptr) return;
  source_->want(what);
  meter_.decodes(what);
}

void Capture::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Result<bool> played = true;
    try {
      played = play(stop);
    } catch (const std::exception& fault) {
      played = Error{Code::io, std::string("fault: ") + fault.what()};
    }
    if (stop.stop_requested()) return;
    if (played) {
      meter_.ended(clock_.now().steady);
      return tells_.said("the footage is at its end");
    }
    failed(played.error().what);
    wait(backoff_.next(), stop);
  }
}

void Capture::failed(const std::string& cause) {
  const Steady now = clock_.now().steady;
  meter_.failed(cause, now);
  if (words_.failed(cause, now)) tells_.said(cause + "; trying again");
  tell_state(false, cause);
}

void Capture::tell_state(bool online, const std::string& cause) {
  if (online == online_ && cause == cause_) return;
  online_ = online;
  cause_ = cause;
  tells_.state(online, cause);
}

/// While it lives, the thread that looks may speak to the source.
class Capture::InUse {
 public:
  InUse(Capture& capture, drivers::Camera& source) : capture_(capture) {
    const std::lock_guard lock(capture_.mutex_);
    capture_.source_ = &source;
    capture_.wanted_ = capture_.camera_.decode == "key" ? drivers::Decode::key : drivers::Decode::all;  // as it was opened
    capture_.meter_.opened(capture_.wanted_);
  }
  ~InUse() {
    const std::lock_guard lock(capture_.mutex_);
    capture_.source_ = nullptr;
  }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

 private:
  Capture& capture_;
};

/// Owns an opened source; giving it back is a call into its driver, too.
class Capture::Closing {
 public:
  Closing(Capture& capture, std::unique_ptr<drivers::Camera> source) : capture_(capture), source_(std::move(source)) {}
  ~Closing() {
    const Pulse::Call call(capture_.pulse_, capture_.clock_.now().steady);
    source_.reset();
  }
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  [[nodiscard]] drivers::Camera& source() const { return *source_; }

 private:
  Capture& capture_;
  std::unique_ptr<drivers::Camera> source_;
};

/// True: the footage is at its end.
Result<bool> Capture::play(const std::stop_token& stop) {
  const auto request = request_of(camera_, drivers::Pace::real_time);
  if (!request) return request.error();
  auto opened = [&] {
    const Pulse::Call call(pulse_, clock_.now().steady);
    return type_.open(*request, clock_, stop);
  }();
  if (!opened) return opened.error();
  const Closing closing(*this, std::move(*opened));
  opened_ = clock_.now().steady;
  described_ = {};
  const InUse use(*this, closing.source());
  return watch(closing.source(), stop);
}

Result<std::optional<Frame>> Capture::next(drivers::Camera& source, const std::stop_token& stop) {
  const Pulse::Call call(pulse_, clock_.now().steady);
  return source.read(stop);
}

Result<bool> Capture::watch(drivers::Camera& source, const std::stop_token& stop) {
  for (;;) {
    auto frame = next(source, stop);
    if (!frame) return frame.error();
    if (!*frame) break;
    picture(source, **frame, stop);
  }
  if (type_.live && !stop.stop_requested()) return Error{Code::io, "the stream ended"};
  latest_.drain(stop);
  if (!source.damage().empty()) tells_.said(source.damage());
  return true;
}

void Capture::picture(drivers::Camera& source, const Frame& frame, const std::stop_token& stop) {
  const Steady now = clock_.now().steady;
  meter_.picture(frame, source.counts(), now);
  if (words_.over()) tells_.said("pictures come again");
  tell_state(true, "");
  if (now - opened_ >= proven) backoff_.succeeded();
  if (described_ == Steady{} || now - described_ >= describe_every) {
    described_ = now;
    const auto about = source.about();
    meter_.describes(about);
    if (!about.remark.empty() && about.remark != std::exchange(remark_, about.remark)) tells_.said(about.remark);
  }
  if (source.stills())
    latest_.put_each(frame, stop);
  else
    latest_.put(frame);
}

}  // namespace kuzet::run
