// SPDX-License-Identifier: Apache-2.0
// Plays a whole film, as any player would, by libav.
#pragma once

#include "tests/harness/catch.hpp"

#include <opencv2/core/mat.hpp>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::test {

struct Shown {
  cv::Mat luma;
  long milliseconds = 0;
};

struct Played {
  int width = 0, height = 0;
  std::string codec;
  double seconds = 0;  ///< as the file says
  std::vector<Shown> pictures;
};

class Player {
 public:
  explicit Player(const std::filesystem::path& file) {
    REQUIRE(avformat_open_input(&format_, file.c_str(), nullptr, nullptr) == 0);
    REQUIRE(avformat_find_stream_info(format_, nullptr) >= 0);
    REQUIRE(format_->nb_streams == 1);
    const auto* parameters = format_->streams[0]->codecpar;
    const AVCodec* decoder = avcodec_find_decoder(parameters->codec_id);
    codec_ = avcodec_alloc_context3(decoder);
    avcodec_parameters_to_context(codec_, parameters);
    codec_->thread_count = 1;
    REQUIRE(avcodec_open2(codec_, decoder, nullptr) == 0);
    played_.codec = avcodec_get_name(parameters->codec_id);
    played_.seconds = static_cast<double>(format_->duration) / AV_TIME_BASE;
  }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;
  ~Player() {
    av_packet_free(&packet_);
    av_frame_free(&frame_);
    avcodec_free_context(&codec_);
    avformat_close_input(&format_);
  }
  Played play() {
    while (av_read_frame(format_, packet_) == 0) {
      avcodec_send_packet(codec_, packet_);
      av_packet_unref(packet_);
      take();
    }
    avcodec_send_packet(codec_, nullptr);
    take();
    return played_;
  }

 private:
  void take() {
    while (avcodec_receive_frame(codec_, frame_) == 0) {
      played_.width = frame_->width;
      played_.height = frame_->height;
      const cv::Mat luma(frame_->height, frame_->width, CV_8UC1, frame_->data[0],
                         static_cast<std::size_t>(frame_->linesize[0]));
      const double base = av_q2d(format_->streams[0]->time_base);
      played_.pictures.push_back({luma.clone(), std::lround(static_cast<double>(frame_->best_effort_timestamp) * base * 1000)});
    }
  }

  AVFormatContext* format_ = nullptr;
  AVCodecContext* codec_ = nullptr;
  AVFrame* frame_ = av_frame_alloc();
  AVPacket* packet_ = av_packet_alloc();
  Played played_;
};

inline Played play(const std::filesystem::path& file) { return Player(file).play(); }

/// The index stands before the pictures, so that a browser can begin before it has all.
inline bool starts_fast(const std::string& bytes) {
  const auto index = bytes.find("moov"), pictures = bytes.find("mdat");
  return index != std::string::npos && pictures != std::string::npos && index < pictures;
}

}  // namespace kuzet::test
