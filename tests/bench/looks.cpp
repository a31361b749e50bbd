// SPDX-License-Identifier: Apache-2.0
// One look of each detector, and one picture of evidence, against decoding of one picture and against MOG2.
#include "agent/evidence/picture.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/system_clock.hpp"
#include "drivers/camera.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/figures.hpp"

#include <opencv2/core/utility.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/background_segm.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

namespace kuzet::bench {

namespace {

constexpr double mog2_rate = 5, evidence_rate = 0.5;  // pictures a second
constexpr auto decoding = "decoding";
constexpr auto mog2 = "MOG2 on 320x180 grey";

/// Something that looks at some of the pictures; `work` gives the seconds of processor that one took.
struct Worker {
  std::string name;
  double rate = 1;
  std::function<double(const Frame&)> work;
  Duration due{};
  double seconds = 0;
  long looks = 0;

  void take(const Frame& frame) {
    if (frame.position < due) return;
    due = frame.position + from_seconds(0.9 / rate);  // pictures do not come to the millisecond
    add(work(frame));
  }
  void add(double more) { seconds += more, ++looks; }
  [[nodiscard]] double milliseconds() const { return 1000 * seconds / static_cast<double>(std::max(1L, looks)); }
};

Worker detector(const run::CameraSettings& camera, const run::Watch& watch) {
  const std::shared_ptr<vision::Detector> made = watch.plan.make(camera.zone(watch.plan.zone), {});
  return {std::string(watch.type->name), watch.type->rate,
          [made](const Frame& frame) { return cost([&] { (void)made->look(frame); }); }};
}

/// OpenCV's own background subtraction; scaling the picture down for it is not counted.
Worker background_subtraction() {
  const auto subtractor = cv::createBackgroundSubtractorMOG2();
  return {mog2, mog2_rate, [subtractor](const Frame& frame) {
            cv::Mat small, mask;
            cv::resize(frame.luma, small, {320, 180}, 0, 0, cv::INTER_AREA);
            return cost([&] { subtractor->apply(small, mask); });
          }};
}

Worker evidence_picture() {
  return {"evidence, a JPEG", evidence_rate, [](const Frame& frame) { return cost([&] { (void)evidence::jpeg(frame, {}); }); }};
}

std::vector<Worker> workers(const run::CameraSettings& camera) {
  std::vector<Worker> out{{decoding, 0, {}}, background_subtraction(), evidence_picture()};
  for (const auto& watch : camera.detect) out.push_back(detector(camera, watch));
  return out;
}

/// The whole footage once, all workers on the same pictures; the first worker is the decoder.
std::vector<Worker> pass(const run::CameraSettings& camera) {
  auto all = workers(camera);
  const run::SystemClock clock;
  const auto* type = drivers::find_camera(camera.source);
  auto source = type->open({.source = camera.source, .pace = drivers::Pace::fast}, clock, {});
  if (!source) throw std::runtime_error(source.error().what);
  for (;;) {
    Result<std::optional<Frame>> frame = std::optional<Frame>();
    all[0].add(cost([&] { frame = (*source)->read({}); }));
    if (!frame || !*frame) return all;
    for (std::size_t i = 1; i < all.size(); ++i) all[i].take(**frame);
  }
}

}  // namespace

void measure_looks(const Request& request) {
  const Footage& footage = request.footage.front();
  const std::string text = configuration(footage, request.folder / "store", {"fire", "illegal_parking", "parking_space"});
  const auto all = run::parse(text, "bench", run::process_environment());
  if (!all) throw std::runtime_error(all.error().what);
  cv::setNumThreads(1);
  std::vector<std::string> names;
  std::map<std::string, std::vector<double>> milliseconds;
  for (int i = 0; i < request.pairs; ++i)
    for (const auto& worker : pass(all->cameras.front())) {
      if (i == 0) names.push_back(worker.name);
      milliseconds[worker.name].push_back(worker.milliseconds());
    }
  std::printf("\nOne at a time, on %s; milliseconds of processor.\n\n", footage.file.filename().c_str());
  print_head({"what", "ms each", "/ decoding of a picture", "/ MOG2"});
  for (const auto& name : names)
    print_row({name, figure_and_range(milliseconds[name]), figure(median_ratio(milliseconds[name], milliseconds[decoding])),
               figure(median_ratio(milliseconds[name], milliseconds[mog2]))});
}

}  // namespace kuzet::bench
