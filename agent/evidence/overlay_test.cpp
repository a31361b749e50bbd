// SPDX-License-Identifier: Apache-2.0
// The film of what the agent saw can be played, and hides what is private.
#include "agent/evidence/overlay.hpp"

#include "tests/harness/catch.hpp"
#include "tests/harness/temp_folder.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <memory>

namespace kuzet::evidence {

namespace {

using namespace std::chrono_literals;

struct Film {
  int width = 0, height = 0, pictures = 0;
  std::vector<int> luma;           ///< of each picture, in the middle of its upper left quarter
  std::vector<long> milliseconds;  ///< of each picture
};

/// Plays the whole film, as any player would.
class Player {
 public:
  explicit Player(const std::filesystem::path& file) {
    REQUIRE(avformat_open_input(&format_, file.c_str(), nullptr, nullptr) == 0);
    REQUIRE(avformat_find_stream_info(format_, nullptr) >= 0);
    REQUIRE(format_->nb_streams == 1);
    const auto* parameters = format_->streams[0]->codecpar;
    codec_ = avcodec_alloc_context3(avcodec_find_decoder(parameters->codec_id));
    avcodec_parameters_to_context(codec_, parameters);
    REQUIRE(avcodec_open2(codec_, nullptr, nullptr) == 0);
  }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;
  ~Player() {
    av_packet_free(&packet_);
    av_frame_free(&frame_);
    avcodec_free_context(&codec_);
    avformat_close_input(&format_);
  }
  Film play() {
    while (av_read_frame(format_, packet_) == 0) {
      avcodec_send_packet(codec_, packet_);
      av_packet_unref(packet_);
      take();
    }
    avcodec_send_packet(codec_, nullptr);
    take();
    return film_;
  }

 private:
  void take() {
    while (avcodec_receive_frame(codec_, frame_) == 0) {
      film_.width = frame_->width;
      film_.height = frame_->height;
      ++film_.pictures;
      film_.luma.push_back(frame_->data[0][frame_->height / 4 * frame_->linesize[0] + frame_->width / 4]);
      film_.milliseconds.push_back(
          std::lround(static_cast<double>(frame_->best_effort_timestamp) * av_q2d(format_->streams[0]->time_base) * 1000));
    }
  }

  AVFormatContext* format_ = nullptr;
  AVCodecContext* codec_ = nullptr;
  AVFrame* frame_ = av_frame_alloc();
  AVPacket* packet_ = av_packet_alloc();
  Film film_;
};

Frame picture(int width, int height, Duration position) {
  Frame frame;
  frame.luma = cv::Mat(height, width, CV_8UC1, cv::Scalar(200));
  frame.cb = cv::Mat((height + 1) / 2, (width + 1) / 2, CV_8UC1, cv::Scalar(128));
  frame.cr = frame.cb.clone();
  frame.position = position;
  return frame;
}

const Polygon corner{{0, 0}, {0.5, 0}, {0.5, 0.5}, {0, 0.5}};

}  // namespace

TEST_CASE("a film of the analysis can be played, each picture at its time") {
  const test::TempFolder folder;
  const auto overlay = make_overlay((folder / "film.mp4").string());
  for (int i = 0; i < 20; ++i)
    overlay
        ->add(picture(641, 361, 200ms * i), {corner}, {},
              {{{0.6, 0.6, 0.2, 0.2}, "fire 0.93", true}, {{0.5, 0.5, 0.1, 0.1}, "?"}})
        .value();
  overlay->finish().value();
  const Film film = Player(folder / "film.mp4").play();
  CHECK(film.pictures == 20);
  CHECK(film.width == 642);
  CHECK(film.height == 362);
  CHECK(film.milliseconds.back() - film.milliseconds.front() == 3800);
  CHECK(std::abs(film.luma.at(10) - 200) < 10);
}

TEST_CASE("a film covers what is private", "[K5]") {
  const test::TempFolder folder;
  const auto overlay = make_overlay((folder / "film.mp4").string());
  for (int i = 0; i < 5; ++i) overlay->add(picture(320, 240, 200ms * i), {}, {corner}, {}).value();
  overlay->finish().value();
  const Film film = Player(folder / "film.mp4").play();
  REQUIRE(film.pictures == 5);
  for (const int luma : film.luma) CHECK(std::abs(luma - 128) < 10);
}

TEST_CASE("a film stays within 1280 pixels and takes pictures of any later size, or none") {
  const test::TempFolder folder;
  const auto overlay = make_overlay((folder / "film.mp4").string());
  overlay->add(Frame{}, {}, {}, {}).value();
  overlay->add(picture(3840, 2160, 0ms), {}, {}, {}).value();
  overlay->add(picture(64, 48, 0ms), {}, {}, {}).value();  // the same position once more
  overlay->add(picture(1, 1, 400ms), {}, {}, {}).value();
  overlay->finish().value();
  const Film film = Player(folder / "film.mp4").play();
  CHECK(film.width == 1280);
  CHECK(film.height == 720);
  CHECK(film.pictures == 3);
}

TEST_CASE("a film that cannot be written says so, each time, and ends in peace") {
  const test::TempFolder folder;
  const auto overlay = make_overlay((folder / "none" / "film.mp4").string());
  for (int i = 0; i < 2; ++i) {
    const auto added = overlay->add(picture(64, 48, 0ms), {}, {}, {});
    REQUIRE(!added);
    CHECK(added.error().code == Code::io);
    CHECK(added.error().what.find("film.mp4") != std::string::npos);
  }
  CHECK(overlay->finish().has_value());
}

TEST_CASE("a film without a picture is no file") {
  const test::TempFolder folder;
  make_overlay((folder / "film.mp4").string())->finish().value();
  CHECK_FALSE(std::filesystem::exists(folder / "film.mp4"));
}

}  // namespace kuzet::evidence
