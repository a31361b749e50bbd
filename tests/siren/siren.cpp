// SPDX-License-Identifier: Apache-2.0
// kuzet-siren: alerts, made up at a given rate, on the real way to the control centre: recorder, store, publisher, link.
#include "agent/core/ids.hpp"
#include "agent/run/dispatch.hpp"
#include "agent/run/system_clock.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <iostream>

namespace kuzet {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

struct Options {
  std::string config;
  double rate = 20;         // events a second
  std::uint64_t count = 0;  // of events; 0: until it is stopped
  double observe = 0;       // observations a second
  bool pictures = false;
  bool timed = false;  // prints when each event was asked for and when it was on the disk
};

constexpr auto beat = 5ms;
constexpr std::uint64_t most_waiting = 64;  // events that the disk does not have yet

class Siren {
 public:
  Siren(const run::Configuration& all, const Options& options) : all_(all), options_(options) {}

  Result<> start() {
    auto store = outbox::Outbox::open(run::store_options(all_, run::boot_id()), clock_.now());
    if (!store) return store.error();
    run::Dispatch::Hooks hooks{[](const std::string& sentence) { spdlog::info(sentence); },
                               [this](const AlertEvent& event, const outbox::Stamp& stamp) { recorded(event, stamp); },
                               [] { return std::vector<Alert>{}; },
                               [](const uplink::Command&, run::Dispatch::Done done) {
                                 done(Error{Code::config, "a siren has no eyes"});
                               },
                               [] { return boost::json::object{}; },
                               [](std::string_view fault, const boost::json::object& details, Duration) {
                                 spdlog::warn("{}: {}", fault, boost::json::serialize(details));
                               },
                               [](const uplink::Ack&) {},
                               [] { return std::vector<std::string>{}; }};
    auto dispatch = run::Dispatch::open(io_, all_, clock_, std::move(*store), std::move(hooks));
    if (!dispatch) return dispatch.error();
    dispatch_ = std::move(*dispatch);
    return {};
  }

  void run() {
    signals_.async_wait([this](const boost::system::error_code&, int) { finish(); });
    began_ = clock_.now().steady;
    sound();
    tick();
    io_.run();
  }

 private:
  void recorded(const AlertEvent& event, const outbox::Stamp& stamp) {
    ++recorded_;
    if (options_.timed)
      std::printf("%llu %lld\n", static_cast<unsigned long long>(stamp.seq),
                  static_cast<long long>((clock_.now().steady - event.at.steady).count()));
    if (options_.rate == 0) asio::post(io_, [this] { raise(); });
  }

  /// As many events as the time that passed asks for.
  void sound() {
    const double passed = in_seconds(clock_.now().steady - began_);
    if (options_.rate == 0)
      raise();
    else
      while (static_cast<double>(made_) < passed * options_.rate && raise()) {
      }
    while (static_cast<double>(observed_) < passed * options_.observe) observe();
    beat_.expires_after(beat);
    beat_.async_wait([this](const boost::system::error_code& error) {
      if (!error) sound();
    });
  }

  bool raise() {
    if ((options_.count != 0 && made_ >= options_.count) || made_ - recorded_ >= most_waiting) return false;
    constexpr std::array phases{Phase::opened, Phase::updated, Phase::closed};
    const Phase phase = phases.at(made_++ % phases.size());
    const Moment now = clock_.now();
    if (phase == Phase::opened) alert_ = fresh(now);
    if (phase == Phase::closed) alert_.ended = now;
    dispatch_->record({phase, alert_, now}, options_.pictures && phase == Phase::opened ? picture(now) : Frame{});
    return true;
  }

  Alert fresh(const Moment& now) {
    Alert alert;
    alert.id = ids_.next(now.wall);
    alert.kind = Kind::illegal_parking;
    alert.source = "yard";
    alert.zone = "no_parking";
    alert.rule = "yard/illegal_parking/no_parking";
    alert.started = alert.confirmed = now;
    alert.confidence = 0.9;
    alert.box = {0.41, 0.52, 0.12, 0.1};
    alert.measure = {{"dwell_s", 180.0}};
    return alert;
  }

  static Frame picture(const Moment& now) {
    Frame out;
    out.luma = cv::Mat(240, 320, CV_8UC1, cv::Scalar(90));
    out.cb = out.cr = cv::Mat(120, 160, CV_8UC1, cv::Scalar(128));
    out.taken = now;
    return out;
  }

  void observe() {
    const auto value = static_cast<std::int64_t>(observed_++);
    dispatch_->observe("yard", "z" + std::to_string(value % 4), {"parking", {{"occupied", value % 2 == 0}}}, clock_.now());
  }

  void tick() {
    dispatch_->tick();
    if (options_.count != 0 && recorded_ >= options_.count && dispatch_->delivered()) return finish();
    timer_.expires_after(200ms);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) tick();
    });
  }

  void finish() {
    spdlog::info("siren: {} events recorded", recorded_);
    dispatch_->stop();
    signals_.cancel();
    io_.stop();
  }

  const run::Configuration& all_;
  const Options& options_;
  run::SystemClock clock_;
  asio::io_context io_{1};
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  asio::steady_timer timer_{io_}, beat_{io_};
  RandomIds ids_;
  std::unique_ptr<run::Dispatch> dispatch_;
  Alert alert_;
  Steady began_{};
  std::uint64_t made_ = 0, recorded_ = 0, observed_ = 0;
};

int run_siren(int argc, char** argv) {
  Options options;
  CLI::App app{"Raises alerts at a given rate on the real way to the control centre; ends when all are delivered."};
  app.add_option("--config", options.config, "The configuration file")->required();
  app.add_option("--rate", options.rate, "Events a second; 0: as fast as the disk takes them")->capture_default_str();
  app.add_option("--count", options.count, "Events; 0: until it is stopped")->capture_default_str();
  app.add_option("--observe", options.observe, "Observations a second")->capture_default_str();
  app.add_flag("--pictures", options.pictures, "With a picture for each alert");
  app.add_flag("--timed", options.timed, "Prints seq and nanoseconds from the event to the disk");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_default_logger(spdlog::stderr_logger_mt("siren"));
  auto all = run::load(options.config, run::process_environment());
  if (!all) return std::cerr << all.error().what << '\n', 78;
  Siren siren(*all, options);
  if (auto started = siren.start(); !started) return std::cerr << started.error().what << '\n', 1;
  siren.run();
  return 0;
}

}  // namespace

}  // namespace kuzet

int main(int argc, char** argv) { return kuzet::run_siren(argc, argv); }
