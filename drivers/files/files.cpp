// SPDX-License-Identifier: Apache-2.0
// Recorded footage as a camera: a video file, or a folder of pictures.
#include "drivers/av/reader.hpp"
#include "drivers/camera.hpp"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <vector>

namespace kuzet::drivers {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::string_view file_scheme = "file:";

/// The path that a source names: "file:///a b.mp4", "file:a.mp4", or the path itself; nothing in it is decoded.
std::string path_of(std::string_view source) {
  if (source.starts_with(file_scheme)) {
    source.remove_prefix(file_scheme.size());
    if (source.starts_with("//")) source.remove_prefix(2);
  }
  return std::string(source);
}

bool is_url(std::string_view source) {
  const auto scheme = source.substr(0, source.find("://"));
  const auto in_a_scheme = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; };
  return scheme.size() < source.size() && !scheme.empty() && std::ranges::all_of(scheme, in_a_scheme);
}

bool accepts(std::string_view source) {
  if (source.empty() || (is_url(source) && !source.starts_with(file_scheme))) return false;
  const std::string path = path_of(source);
  return !path.starts_with("/dev/") || path.starts_with("/dev/shm/");  // a disk in memory, no device
}

/// Dates pictures and, in real time, holds each back until it is due. Due times count from the first read, so that a slow
/// consumer does not make the footage last longer.
class Pacer {
 public:
  Pacer(Pace pace, const Clock& clock) : pace_(pace), clock_(clock), origin_(clock.now()) {}

  /// To be called before each read: the first one is where real time starts.
  void start() {
    if (pace_ == Pace::fast || std::exchange(started_, true)) return;
    origin_ = clock_.now();
  }

  /// Dates the picture; in real time waits until it is due. False when a stop was requested first.
  bool deliver(Frame& frame, const std::stop_token& stop) {
    if (pace_ == Pace::fast) {
      frame.taken = origin_.before(-frame.position);
      return true;
    }
    Moment now = clock_.now();
    if (now.steady - due(frame) > most_behind) origin_.steady += now.steady - due(frame);  // a board that slept must not race
    while (now.steady < due(frame)) {
      if (stop.stop_requested()) return false;
      nap(due(frame) - now.steady, stop);
      now = clock_.now();
    }
    frame.taken = now.before(now.steady - due(frame));
    return true;
  }

 private:
  static constexpr Duration most_behind = 1s;
  static constexpr Duration longest_nap = 50ms;  // the agent's clock may be set forward while we sleep on the system's

  [[nodiscard]] Steady due(const Frame& frame) const { return origin_.steady + frame.position; }

  void nap(Duration left, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, std::min(left, longest_nap), [] { return false; });
  }

  Pace pace_;
  const Clock& clock_;
  Moment origin_;
  bool started_ = false;
  std::mutex mutex_;
  std::condition_variable_any wake_;
};

/// A video file, or a single picture, which is a very short one.
class Video final : public Camera {
 public:
  Video(CameraRequest request, const Clock& clock) : request_(std::move(request)), pacer_(request_.pace, clock) {}

  std::optional<Error> open(std::stop_token stop) {
    patience_.begin(request_.timeout, std::move(stop));
    return reopen();
  }

  Result<std::optional<Frame>> read(std::stop_token stop) override {
    pacer_.start();
    patience_.begin(request_.timeout, stop);
    auto frame = next();
    if (!frame || !*frame) return frame;
    (*frame)->position += before_;
    (*frame)->number = number_++;
    if (!pacer_.deliver(**frame, stop)) return std::nullopt;
    return frame;
  }

  [[nodiscard]] std::string damage() const override { return damage_.empty() && reader_ ? reader_->damage() : damage_; }

 private:
  std::optional<Error> reopen() {
    auto reader = av::Reader::open_file(path_of(request_.source), av::Content::any, patience_);
    if (!reader) return reader.error();
    reader_ = std::move(*reader);
    return std::nullopt;
  }

  Result<std::optional<Frame>> next() {
    auto frame = reader_->next();
    if (!frame || *frame || !request_.repeat || patience_.stopped()) return frame;
    before_ += reader_->length();
    damage_ = damage();  // the second time round it is the same
    if (auto failure = reopen()) {
      if (patience_.stopped()) return std::nullopt;
      return *std::move(failure);
    }
    return reader_->next();
  }

  CameraRequest request_;
  Pacer pacer_;
  av::Patience patience_;  // the reader asks it, so it goes last
  std::unique_ptr<av::Reader> reader_;
  Duration before_{};  ///< the length of the rounds before this one
  std::uint64_t number_ = 0;
  std::string damage_;
};

/// Pictures in a folder, one after the other.
class Folder final : public Camera {
 public:
  Folder(CameraRequest request, const Clock& clock, std::vector<std::string> names)
      : request_(std::move(request)), pacer_(request_.pace, clock), names_(std::move(names)) {}

  Result<std::optional<Frame>> read(std::stop_token stop) override {
    pacer_.start();
    patience_.begin(request_.timeout, stop);
    auto frame = next();
    if (!frame || !*frame) return frame;
    (*frame)->number = number_++;
    if (!pacer_.deliver(**frame, stop)) return std::nullopt;
    return frame;
  }

  [[nodiscard]] std::string damage() const override {
    if (damaged_.empty()) return {};
    constexpr std::size_t named = 5;
    std::string said =
        std::to_string(damaged_.size()) + (damaged_.size() == 1 ? " damaged picture" : " damaged pictures") + " skipped:";
    for (std::size_t i = 0; i < std::min(named, damaged_.size()); ++i) said += (i == 0 ? " " : ", ") + damaged_[i];
    if (damaged_.size() > named) said += " and " + std::to_string(damaged_.size() - named) + " more";
    return said;
  }

  [[nodiscard]] bool stills() const override { return true; }

 private:
  /// The next picture that is whole; nullopt at the end or when a stop was requested.
  Result<std::optional<Frame>> next() {
    while (index_ < names_.size() || rewind()) {
      const std::size_t index = index_++;
      auto frame = decode(names_[index]);
      if (patience_.stopped()) return std::nullopt;
      if (frame) {
        frame->position = from_seconds(static_cast<double>(round_ * names_.size() + index) / request_.rate.value_or(1));
        frame->picture = names_[index];
        return frame;
      }
      if (round_ == 0) damaged_.push_back(names_[index]);
      if (patience_.expired()) return Error{Code::io, "timed out: no picture within " + to_text(request_.timeout)};
    }
    if (damaged_.size() == names_.size()) return Error{Code::io, "no picture in this folder can be read"};
    return std::nullopt;
  }

  /// Starts again where that is wanted and of any use.
  bool rewind() {
    if (!request_.repeat || damaged_.size() == names_.size()) return false;
    ++round_;
    index_ = 0;
    return true;
  }

  std::optional<Frame> decode(const std::string& name) {
    auto reader = av::Reader::open_file((fs::path(path_of(request_.source)) / name).string(), av::Content::picture, patience_);
    auto frame = reader ? (*reader)->next() : Result<std::optional<Frame>>(std::nullopt);
    return frame ? std::move(*frame) : std::nullopt;
  }

  CameraRequest request_;
  Pacer pacer_;
  av::Patience patience_;
  std::vector<std::string> names_;
  std::size_t index_ = 0;
  std::size_t round_ = 0;
  std::uint64_t number_ = 0;
  std::vector<std::string> damaged_;
};

bool has_picture_name(const fs::path& path) {
  constexpr std::string_view known[] = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm"};
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(known, extension) != std::end(known);
}

/// A file, or a link that leads nowhere, which counts as damaged; links are followed.
bool may_be_picture(const fs::directory_entry& entry) {
  std::error_code ignored;
  const auto name = entry.path().filename();
  if (name.native().starts_with('.') || !has_picture_name(name)) return false;
  return entry.is_regular_file(ignored) || (entry.is_symlink(ignored) && !entry.exists(ignored));
}

Result<std::vector<std::string>> list_pictures(const std::string& folder, const av::Patience& patience) {
  std::vector<std::string> names;
  std::error_code failed;
  fs::directory_iterator entry(folder, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    if (patience.stopped()) return Error{Code::io, "stopped"};
    if (patience.expired()) return Error{Code::io, "timed out while the folder was listed"};
    if (may_be_picture(*entry)) names.push_back(entry->path().filename().string());
  }
  if (failed) return av::open_error(failed.value());
  if (names.empty()) return Error{Code::io, "no pictures in this folder"};
  std::ranges::sort(names);  // by bytes, the same in every locale
  return names;
}

Result<std::unique_ptr<Camera>> open_folder(CameraRequest request, const Clock& clock, std::stop_token stop) {
  av::Patience patience;
  patience.begin(request.timeout, std::move(stop));
  auto names = list_pictures(path_of(request.source), patience);
  if (!names) return names.error();
  if (!(request.rate.value_or(1) > 0)) request.rate = 1;
  return std::make_unique<Folder>(std::move(request), clock, std::move(*names));
}

Result<std::unique_ptr<Camera>> open(const CameraRequest& request, const Clock& clock, std::stop_token stop) {
  std::error_code ignored;
  if (fs::is_directory(path_of(request.source), ignored)) return open_folder(request, clock, std::move(stop));
  auto video = std::make_unique<Video>(request, clock);
  if (auto failure = video->open(std::move(stop))) return *std::move(failure);
  return video;
}

}  // namespace

const CameraType& files_camera();

const CameraType& files_camera() {
  static const CameraType type{"files", "a video file, or a folder of pictures, in real time or as fast as it can be read",
                               false,   &accepts,
                               &open,   {"repeat", "rate", "timeout"}};
  return type;
}

}  // namespace kuzet::drivers
