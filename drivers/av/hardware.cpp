// SPDX-License-Identifier: Apache-2.0
// Tries decoders in hardware, keeps what came since the last key frame, and starts over in software when one fails.
#include "drivers/av/hardware.hpp"

#include "drivers/av/held.hpp"

#include <map>
#include <mutex>
#include <optional>

namespace kuzet::drivers::av {

namespace {

constexpr int most_silent = 60;  // packets without a picture; no decoder holds more than 16 pictures back

/// What failed in this run of the program, and why.
class Memory {
 public:
  static std::string reason(const std::string& name) {
    const std::lock_guard lock(mutex());
    const auto found = failed().find(name);
    return found == failed().end() ? std::string() : found->second;
  }
  static void keep(const std::string& name, const std::string& reason) {
    const std::lock_guard lock(mutex());
    failed()[name] = reason;
  }

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  static std::map<std::string, std::string>& failed() {
    static std::map<std::string, std::string> one;
    return one;
  }
};

/// A decoder that may fail, with others to take its place.
class Cautious final : public Decoder {
 public:
  Cautious(const AVCodecParameters& parameters, AVRational time_base, std::vector<Hardware> offers, bool remember)
      : parameters_(avcodec_parameters_alloc()), time_base_(time_base), offers_(std::move(offers)), remember_(remember) {
    avcodec_parameters_copy(parameters_.get(), &parameters);
  }

  /// The next one that opens; software at last.
  std::optional<Error> open() {
    for (inner_.reset(); !inner_ && next_ < offers_.size(); ++next_) {
      const auto& offer = offers_[next_];
      auto why = remember_ ? Memory::reason(offer.name) : std::string();
      if (why.empty()) {
        auto opened = offer.open(*parameters_, time_base_);
        if (opened)
          inner_ = std::move(*opened);
        else
          why = opened.error().what;
      }
      if (!inner_) blame(offer.name, why);
    }
    hardware_ = inner_ != nullptr;
    if (hardware_) return std::nullopt;
    auto codec = open_decoder(*parameters_, time_base_);
    if (!codec) return codec.error();
    inner_ = make_decoder(std::move(*codec));
    return std::nullopt;
  }

  int send(const AVPacket* packet) override {
    if (hardware_ && packet) keep(*packet);
    const int sent = inner_ ? inner_->send(packet) : AVERROR_EXTERNAL;
    if (!hardware_ || (sent >= 0 && ++silent_ <= most_silent) || !packet) return sent;
    give_up(sent >= 0 ? "it gives no pictures" : "it fails at a picture");
    return 0;
  }

  int receive(AVFrame& picture) override {
    for (;;) {
      int got = inner_ ? inner_->receive(picture) : AVERROR_EXTERNAL;
      if (got == AVERROR(EAGAIN) && again_ < replay_.size()) {
        std::ignore = inner_->send(replay_[again_++].get());
        continue;
      }
      if (got == 0 && picture.pts <= given_ && again_ > 0) {
        av_frame_unref(&picture);  // it was given before the decoder was changed
        continue;
      }
      if (got == AVERROR(EAGAIN)) forget_replay();
      if (got == 0) {
        silent_ = 0;
        given_ = std::max(given_, picture.pts);
      }
      if (got >= 0 || got == AVERROR(EAGAIN) || got == AVERROR_EOF || !hardware_) return got;
      give_up("it fails at a picture");
    }
  }

  void reset() override {
    if (inner_) inner_->reset();
    forget_replay();
  }
  [[nodiscard]] std::string name() const override { return inner_ ? inner_->name() : ""; }
  [[nodiscard]] AVRational rate() const override { return inner_ ? inner_->rate() : AVRational{0, 1}; }
  [[nodiscard]] std::string remark() const override {
    return hardware_ || blamed_.empty() ? "" : "hardware decoding is not used: " + blamed_;
  }

 private:
  struct FreeParameters {
    void operator()(AVCodecParameters* parameters) const { avcodec_parameters_free(&parameters); }
  };

  void keep(const AVPacket& packet) {
    if ((packet.flags & AV_PKT_FLAG_KEY) != 0) since_key_.clear();
    since_key_.emplace_back(av_packet_clone(&packet));
    if (since_key_.size() > Held::most_packets) since_key_.clear();
  }

  void blame(const std::string& name, const std::string& why) {
    blamed_ += (blamed_.empty() ? "" : "; ") + name + ": " + why;
    if (remember_) Memory::keep(name, why);
  }

  /// The next decoder takes over, beginning with the last key frame.
  void give_up(const std::string& why) {
    blame(offers_[next_ - 1].name, why);
    replay_ = std::move(since_key_);
    since_key_.clear();
    again_ = 0;
    silent_ = 0;
    if (open()) inner_.reset();
    if (hardware_)
      for (const auto& packet : replay_) since_key_.emplace_back(av_packet_clone(packet.get()));
  }

  void forget_replay() {
    replay_.clear();
    again_ = 0;
  }

  std::unique_ptr<AVCodecParameters, FreeParameters> parameters_;
  AVRational time_base_;
  std::vector<Hardware> offers_;
  bool remember_;
  std::size_t next_ = 0;
  std::unique_ptr<Decoder> inner_;
  bool hardware_ = false;
  int silent_ = 0;           ///< packets since the last picture
  std::int64_t given_ = -1;  ///< the number of the last picture
  std::vector<Owned<AVPacket>> since_key_, replay_;
  std::size_t again_ = 0;  ///< packets of replay_ that were sent again
  std::string blamed_;
};

std::string names_of(const std::vector<Hardware>& offers) {
  std::string out = "auto, none";
  for (const auto& offer : offers) out += ", " + offer.name;
  return out;
}

}  // namespace

Result<std::unique_ptr<Decoder>> choose_decoder(const AVCodecParameters& parameters, AVRational time_base,
                                                const std::string& hwaccel, const std::vector<Hardware>& offers) {
  if (hwaccel == "none" || hwaccel.empty()) {
    auto codec = open_decoder(parameters, time_base);
    if (!codec) return codec.error();
    return make_decoder(std::move(*codec));
  }
  std::vector<Hardware> wanted;
  for (const auto& offer : offers)
    if (hwaccel == "auto" || offer.name == hwaccel) wanted.push_back(offer);
  if (wanted.empty() && hwaccel != "auto")
    return Error{Code::config, std::string("no decoder \"") + hwaccel + "\" for its " + avcodec_get_name(parameters.codec_id) +
                                   ": there is " + names_of(offers)};
  auto decoder = std::make_unique<Cautious>(parameters, time_base, std::move(wanted), hwaccel == "auto");
  if (auto failure = decoder->open()) return *std::move(failure);
  return decoder;
}

}  // namespace kuzet::drivers::av
