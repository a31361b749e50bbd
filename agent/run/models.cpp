// SPDX-License-Identifier: Apache-2.0
// Reads models and shares them between threads.
#include "agent/run/models.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"
#include "agent/run/engine.hpp"
#include "vision/scene/onnx_header.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace kuzet::run {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest = std::uintmax_t{512} << 20;

/// One network behind one lock. A camera that waited for another one's turn would fall behind its stream, so it never waits.
class Shared final : public vision::Network {
 public:
  explicit Shared(std::shared_ptr<vision::ObjectModel> model) : model_(std::move(model)) {}

  [[nodiscard]] cv::Size input() const override { return model_->input(); }
  [[nodiscard]] vision::Family family() const override { return model_->family(); }
  [[nodiscard]] const std::string& sha256() const override { return model_->sha256(); }

  std::optional<vision::Places> try_run(const cv::Mat& picture) override {
    const std::unique_lock turn(mutex_, std::try_to_lock);
    if (!turn.owns_lock()) return std::nullopt;
    return model_->try_run(picture);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<vision::ObjectModel> model_;
};

struct Known {
  std::uintmax_t size = 0;
  fs::file_time_type changed;
  std::weak_ptr<vision::Network> network;
};

/// All that is open in this process.
struct Shelf {
  std::mutex mutex;
  std::map<std::string, Known> known;
};

Shelf& shelf() {
  static Shelf one;
  return one;
}

Error about(const fs::path& file, const std::string& sentence) { return {Code::config, file.string() + ": " + sentence}; }

/// Its size, when it is a file that may be read.
Result<std::uintmax_t> size_of(const fs::path& file) {
  std::error_code failed;
  const auto status = fs::status(file, failed);
  if (!fs::exists(status)) return about(file, "there is no such file");
  if (!fs::is_regular_file(status)) return about(file, "is no file");
  const auto size = fs::file_size(file, failed);
  if (failed) return about(file, failed.message());
  if (size > largest) return about(file, "is larger than 512 MiB: this is no detector for a board");
  return size;
}

Result<std::string> bytes_of(const fs::path& file) {
  auto bytes = outbox::read_file(file);
  if (!bytes) return Error{Code::config, bytes.error().what};
  return bytes;
}

}  // namespace

Result<> Models::glance(const fs::path& file) {
  if (const auto size = size_of(file); !size) return size.error();
  const auto bytes = bytes_of(file);
  if (!bytes) return bytes.error();
  if (const auto header = vision::read_onnx_header(*bytes); !header) return about(file, header.error().what);
  return {};
}

Result<SharedNetwork> Models::open(const fs::path& file) {
  const auto size = size_of(file);
  if (!size) return size.error();
  std::error_code failed;
  const auto changed = fs::last_write_time(file, failed);
  const std::lock_guard only(shelf().mutex);
  Known& known = shelf().known[fs::absolute(file, failed).string()];
  if (auto network = known.network.lock(); network && known.size == *size && known.changed == changed) return network;
  const auto bytes = bytes_of(file);
  if (!bytes) return bytes.error();
  const auto engine = onnx_engine();
  if (!engine) return about(file, engine.error().what);
  auto model = vision::ObjectModel::read(*bytes, outbox::sha256(*bytes), **engine);
  if (!model) return about(file, model.error().what);
  SharedNetwork network = std::make_shared<Shared>(std::move(*model));
  known = {*size, changed, network};
  return network;
}

}  // namespace kuzet::run
