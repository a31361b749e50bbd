// SPDX-License-Identifier: Apache-2.0
// Reads as the agent does, with the agent's detectors, and looks at the processor's clock.
#include "agent/cli/probing.hpp"

#include "agent/core/source.hpp"
#include "agent/run/aids.hpp"
#include "agent/run/credentials.hpp"
#include "agent/run/eye.hpp"
#include "agent/run/system_clock.hpp"
#include "drivers/camera.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

namespace kuzet::cli {

namespace {

using namespace std::chrono_literals;

constexpr Duration sub_open = 4s;     // a camera that has no such stream says so at once, or never
constexpr Duration sub_search = 12s;  // for all addresses together
constexpr Duration sub_watch = 3s;
constexpr double alike = 0.6;  // of two pictures of one place, seconds apart, whatever moves there

Steady now() { return std::chrono::steady_clock::now(); }

Duration processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Requests a stop when the time is over.
class Alarm {
 public:
  explicit Alarm(Duration after)
      : thread_([this, after](std::stop_token ended) {
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_lock lock(mutex);
          wake.wait_for(lock, ended, after, [] { return false; });
          over_.request_stop();
        }) {}
  [[nodiscard]] std::stop_token token() const { return over_.get_token(); }

 private:
  std::stop_source over_;
  std::jthread thread_;
};

/// A picture small enough that two sizes of the same one can be compared; light and contrast taken out.
cv::Mat thumbnail(const Frame& frame) {
  cv::Mat small, out;
  cv::resize(frame.luma, small, {32, 18}, 0, 0, cv::INTER_AREA);
  cv::Scalar mean, deviation;
  cv::meanStdDev(small, mean, deviation);
  small.convertTo(out, CV_32F, 1, -mean[0]);
  return out;
}

/// Whether both show the same place: a guessed address may be that of another camera at the same recorder.
bool same_place(const cv::Mat& a, const cv::Mat& b) {
  if (a.empty() || b.empty()) return false;
  const double both = cv::norm(a) * cv::norm(b);
  return both < 1 || a.dot(b) > alike * both;  // two pictures without anything in them: nothing speaks against it
}

/// One opened camera, watched.
class Watching {
 public:
  Watching(drivers::Camera& camera, run::Eye& eye, Measured& out) : camera_(camera), eye_(eye), out_(out) {}

  /// How it looks.
  [[nodiscard]] const cv::Mat& look() const { return look_; }

  /// Until `over`, or until recorded footage ends. Fails where not a single picture comes.
  Result<> run(Steady began, const std::stop_token& over) {
    while (!over.stop_requested()) {
      const auto before = processor_time();
      auto frame = camera_.read(over);
      reading_ += processor_time() - before;
      if (!frame && out_.pictures == 0) return frame.error();
      if (!frame || !*frame) break;
      if (out_.pictures++ == 0) first(began);
      see(**frame);
    }
    if (out_.pictures == 0) return Error{Code::io, "no picture came"};
    sum_up();
    return {};
  }

 private:
  void first(Steady began) {
    out_.first_picture = now() - began;
    start_ = now();
    before_first_ = camera_.counts();
    reading_ = {};  // what it cost to begin is not what it costs to go on
  }

  void see(const Frame& frame) {
    if (last_) out_.longest_gap = std::max(out_.longest_gap, frame.position - *last_);
    if (look_.empty()) look_ = thumbnail(frame);
    last_ = frame.position;
    if (out_.about.size.width == 0) out_.about.size = {frame.width(), frame.height()};
    if (!eye_.wants(frame.position)) return;
    const auto before = processor_time();
    (void)eye_.look(frame);
    looking_ += processor_time() - before;
  }

  void sum_up() {
    auto about = camera_.about();
    if (about.size.width == 0) about.size = out_.about.size;  // a driver that does not tell
    out_.about = std::move(about);
    out_.counts = camera_.counts();
    out_.watched = std::max<Duration>(last_.value_or(Duration{}), 1ms);
    const double seconds = in_seconds(out_.watched);
    const auto decoded =
        out_.counts.decoded > before_first_.decoded ? out_.counts.decoded - before_first_.decoded : out_.pictures - 1;
    const auto received = out_.counts.received > 0 ? out_.counts.received - before_first_.received : out_.pictures - 1;
    const auto decoding = out_.counts.decoding > Duration{} ? out_.counts.decoding - before_first_.decoding : reading_;
    if (received > 0) out_.rate = static_cast<double>(received) / seconds;
    if (decoded > 0) out_.decode_ms = in_seconds(decoding) * 1000 / static_cast<double>(decoded);
    out_.decode_cores = in_seconds(reading_) / seconds;
    out_.analysis_cores = in_seconds(looking_) / seconds;
  }

  drivers::Camera& camera_;
  run::Eye& eye_;
  Measured& out_;
  Steady start_{};
  drivers::CameraCounts before_first_;
  Duration reading_{}, looking_{};
  std::optional<Duration> last_;
  cv::Mat look_;
};

/// Opens and watches; what was measured until a failure stays in `out`. Gives a thumbnail of what it shows.
Result<cv::Mat> measure(const run::CameraSettings& camera, const run::References& references, Duration watch, Measured& out) {
  const auto* type = drivers::find_camera(camera.source);
  if (type == nullptr) return Error{Code::io, "this version cannot read it"};
  auto request = run::request_of(camera, drivers::Pace::real_time);
  if (!request) return request.error();
  request->decode = drivers::Decode::all;
  const run::SystemClock clock;
  std::vector<std::string> faults;
  run::Eye eye(camera, run::aids_for(camera, references, faults));
  const Steady began = now();
  auto source = type->open(*request, clock, {});
  if (!source) return source.error();
  out.opening = now() - began;
  const Alarm alarm(watch);
  Watching watching(**source, eye, out);
  if (const auto watched = watching.run(began, alarm.token()); !watched) return watched.error();
  if (out.about.driver.empty()) out.about.driver = type->name;
  return watching.look();
}

/// Pictures a second that the most demanding of its detectors looks at.
double asked_rate(const run::CameraSettings& camera) {
  double out = 0;
  for (const auto& watch : camera.detect)
    if (watch.type != nullptr) out = std::max(out, std::min(watch.type->rate, camera.analyse.value_or(watch.type->rate)));
  return out;
}

double area(const Measured& measured) { return static_cast<double>(measured.about.size.width) * measured.about.size.height; }

std::optional<SubStream> find_sub_stream(const run::CameraSettings& camera, const run::References& references,
                                         const Measured& main, const cv::Mat& look) {
  const Steady until = now() + sub_search;
  for (const auto& candidate : sub_stream_candidates(camera.source)) {
    if (now() >= until) break;
    auto other = camera;
    other.source = candidate.source;
    other.timeout = std::min(camera.timeout, sub_open);
    SubStream sub{candidate.shown, {}};
    const auto seen = measure(other, references, sub_watch, sub.measured);
    if (seen && area(sub.measured) < area(main) && same_place(look, *seen)) return sub;
  }
  return std::nullopt;
}

}  // namespace

Probed probe(const run::CameraSettings& camera, const run::References& references, Duration watch) {
  Probed out;
  out.shown = shown_source(camera.source);
  const auto* type = drivers::find_camera(camera.source);
  const bool live = type != nullptr && type->live;
  const bool network = live && camera.source.find("://") != std::string::npos;
  out.use = {asked_rate(camera), camera.transport, camera.decode,
             network ? Origin::network
             : live  ? Origin::device
                     : Origin::footage};
  const auto look = measure(camera, references, watch, out.measured);
  if (!look) {
    out.failure = Error{look.error().code, without_secrets(look.error().what, camera.source)};
    return out;
  }
  if (network && worth_a_sub_stream(out.measured)) out.sub = find_sub_stream(camera, references, out.measured, *look);
  out.advice = advice(out.measured, out.use, out.sub);
  return out;
}

}  // namespace kuzet::cli
