// SPDX-License-Identifier: Apache-2.0
// The yardstick: decodes a video or a live stream (rtsp://, over TCP) with bare libav on one thread, paced like a camera until
// it is killed, or a video once at full speed (--fast), and then prints how many pictures and seconds there were.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

namespace {

struct Free {
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

class Video {
 public:
  bool open(const char* path) {
    AVFormatContext* format = nullptr;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "rtsp_transport", "tcp", 0);  // passed over by those who do not know it
    const int opened = avformat_open_input(&format, path, nullptr, &options);
    av_dict_free(&options);
    if (opened < 0) return false;
    format_.reset(format);
    if (avformat_find_stream_info(format, nullptr) < 0) return false;
    const AVCodec* decoder = nullptr;
    index_ = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
    if (index_ < 0) return false;
    codec_.reset(avcodec_alloc_context3(decoder));
    avcodec_parameters_to_context(codec_.get(), format->streams[index_]->codecpar);
    codec_->thread_count = 1;
    return avcodec_open2(codec_.get(), decoder, nullptr) >= 0;
  }

  /// The next picture is in frame(); false at the end.
  bool next() {
    for (;;) {
      const int got = avcodec_receive_frame(codec_.get(), frame_.get());
      if (got != AVERROR(EAGAIN)) return got >= 0;
      do {
        av_packet_unref(packet_.get());
        if (av_read_frame(format_.get(), packet_.get()) < 0) return avcodec_send_packet(codec_.get(), nullptr) >= 0 && next();
      } while (packet_->stream_index != index_);
      avcodec_send_packet(codec_.get(), packet_.get());
    }
  }

  /// Seconds from one picture to the next.
  [[nodiscard]] double interval() const { return av_q2d(av_inv_q(format_->streams[index_]->avg_frame_rate)); }

 private:
  Owned<AVFormatContext> format_;
  Owned<AVCodecContext> codec_;
  Owned<AVPacket> packet_{av_packet_alloc()};
  Owned<AVFrame> frame_{av_frame_alloc()};
  int index_ = -1;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool fast = argc > 2 && std::strcmp(argv[2], "--fast") == 0;
  const bool live = std::strstr(argv[1], "://") != nullptr;  // it sets the pace itself, and its end is a fault
  const auto began = std::chrono::steady_clock::now();
  double position = 0;
  long pictures = 0;
  do {
    Video video;
    if (!video.open(argv[1])) return 1;
    for (; video.next(); ++pictures, position += video.interval())
      if (!fast && !live) std::this_thread::sleep_until(began + std::chrono::duration<double>(position));
    if (live) return 1;
  } while (!fast);
  std::printf("%ld %.3f\n", pictures, position);
  return 0;
}
