// SPDX-License-Identifier: Apache-2.0
// Decoders that are not there, or that fail later: the stream goes on in software, and it is said.
#include "drivers/av/hardware.hpp"
#include "drivers/av/reader.hpp"
#include "drivers/av/stream_fixture.hpp"

#include <utility>

using namespace kuzet;
using namespace kuzet::drivers::av;
using namespace kuzet::test;

namespace {

/// Works until its picture number `fails_at`; below 0: for ever.
class Fake final : public Decoder {
 public:
  Fake(std::unique_ptr<Decoder> inner, int fails_at) : inner_(std::move(inner)), fails_at_(fails_at) {}
  int send(const AVPacket* packet) override { return inner_->send(packet); }
  int receive(AVFrame& picture) override {
    if (given_ == fails_at_) return AVERROR_EXTERNAL;
    const int got = inner_->receive(picture);
    if (got == 0) ++given_;
    return got;
  }
  void reset() override { inner_->reset(); }
  [[nodiscard]] std::string name() const override { return "fake"; }

 private:
  std::unique_ptr<Decoder> inner_;
  int fails_at_;
  int given_ = 0;
};

Hardware absent(const std::string& name, int* tried = nullptr) {
  return {name, [tried](const AVCodecParameters&, AVRational) -> Result<std::unique_ptr<Decoder>> {
            if (tried) ++*tried;
            return Error{Code::io, "no such device"};
          }};
}

Hardware working(const std::string& name, int fails_at) {
  return {name, [fails_at](const AVCodecParameters& parameters, AVRational time_base) -> Result<std::unique_ptr<Decoder>> {
            auto codec = open_decoder(parameters, time_base);
            if (!codec) return codec.error();
            return std::make_unique<Fake>(make_decoder(std::move(*codec)), fails_at);
          }};
}

/// A stream of H.264 as libav hands it out.
struct Film {
  TempFolder folder;
  Owned<AVFormatContext> format;
  explicit Film(int frames) {
    Encoding encoding;
    encoding.codec = "libx264";
    write_video(folder / "a.mkv", 160, 96, 25, frames, paint_number, encoding);
    AVFormatContext* opened = nullptr;
    REQUIRE(avformat_open_input(&opened, (folder / "a.mkv").c_str(), nullptr, nullptr) == 0);
    format.reset(opened);
  }
  [[nodiscard]] const AVStream& stream() const { return *format->streams[0]; }
};

/// Stamps of all pictures, each packet stamped with its number.
std::vector<int> decode(Film& film, Decoder& decoder) {
  std::vector<int> out;
  const Owned<AVPacket> packet(av_packet_alloc());
  const Owned<AVFrame> picture(av_frame_alloc());
  const auto take = [&] {
    while (decoder.receive(*picture) == 0) out.push_back(static_cast<int>(picture->pts));
  };
  for (int index = 0; av_read_frame(film.format.get(), packet.get()) == 0; ++index) {
    packet->pts = packet->dts = index;
    CHECK(decoder.send(packet.get()) == 0);
    av_packet_unref(packet.get());
    take();
  }
  decoder.send(nullptr);
  take();
  return out;
}

std::vector<int> from_to(int from, int to) {
  std::vector<int> out;
  for (int i = from; i < to; ++i) out.push_back(i);
  return out;
}

}  // namespace

TEST_CASE("whatever fails, and whenever, every picture comes once", "[cameras][K7]") {
  struct Kind {
    std::vector<Hardware> offers;
    std::string decoder, remark;
  };
  const auto kind = GENERATE(0, 1, 2, 3);
  const std::vector<Kind> kinds{
      {{absent("one")}, "h264", "hardware decoding is not used: one: no such device"},
      {{working("one", 3)}, "h264", "hardware decoding is not used: one: it fails at a picture"},
      {{absent("one"), working("two", -1)}, "fake", ""},
      {{absent("one"), working("two", 15), working("three", 20)},
       "h264",
       "hardware decoding is not used: one: no such device; two: it fails at a picture; three: it fails at a picture"}};
  const auto& expected = kinds[static_cast<std::size_t>(kind)];
  Film film(40);
  auto offers = expected.offers;
  for (auto& offer : offers) offer.name += "-" + std::to_string(kind);
  const auto decoder = choose_decoder(*film.stream().codecpar, film.stream().time_base, "auto", offers).value();
  CHECK(decode(film, *decoder) == from_to(0, 40));
  CHECK(decoder->name() == expected.decoder);
  auto remark = decoder->remark();
  for (auto at = remark.find("-" + std::to_string(kind)); at != std::string::npos; at = remark.find("-" + std::to_string(kind)))
    remark.erase(at, 2);
  CHECK(remark == expected.remark);
}

TEST_CASE("with none, nothing is tried, and what failed once is not tried again by auto", "[cameras]") {
  Film film(3);
  int tried = 0;
  const auto offer = absent("never-there", &tried);
  const auto choose = [&](const std::string& hwaccel) {
    return choose_decoder(*film.stream().codecpar, film.stream().time_base, hwaccel, {offer}).value();
  };
  CHECK(choose("none")->remark().empty());
  CHECK(tried == 0);
  for (int i = 0; i < 3; ++i) CHECK(choose("auto")->remark() == "hardware decoding is not used: never-there: no such device");
  CHECK(tried == 1);
  CHECK(choose("never-there")->remark() == "hardware decoding is not used: never-there: no such device");
  CHECK(tried == 2);
}

TEST_CASE("a name that nothing has is refused with those that there are", "[cameras][K6]") {
  Film film(3);
  const auto refused =
      choose_decoder(*film.stream().codecpar, film.stream().time_base, "cuda", {absent("h264_v4l2m2m"), absent("vaapi")});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::config);
  CHECK(refused.error().what == "no decoder \"cuda\" for its h264: there is auto, none, h264_v4l2m2m, vaapi");
}

TEST_CASE("on a machine without such devices, a stream comes in software", "[cameras]") {
  const auto bytes = joined(h264_pictures(24));
  const Peer peer([&](Talk& talk, const std::string&) { talk.send(answer("video/h264") + bytes); });
  auto request = live(peer.url());
  request.hwaccel = "auto";
  const auto camera = open(request);
  int count = 0;
  for (auto frame = camera->read({}); frame && *frame; frame = camera->read({})) CHECK(number_in(**frame) == count++);
  CHECK(count == 24);
}
