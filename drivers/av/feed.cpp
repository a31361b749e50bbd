// SPDX-License-Identifier: Apache-2.0
// Opens cameras on the network: RTSP, and whatever comes over HTTP and carries pictures.
#include "drivers/av/feed.hpp"

#include "drivers/av/input.hpp"

#include <string_view>

namespace kuzet::drivers::av {

namespace {

using namespace std::chrono_literals;

constexpr Duration good_bye = 80ms;           // for the TEARDOWN; a camera that does not take it will notice anyway
constexpr int udp_buffer = 1 << 20;           // a key frame comes at once; the kernel's usual 200 KiB overflow
constexpr const char* reordering = "100000";  // microseconds that a datagram may come late
constexpr int most_others = 10'000;           // packets of other streams in a row

constexpr std::string_view unstamped[] = {"mpjpeg", "mjpeg"};  // the others say so themselves

const Error no_video{Code::io, "no video in it"};

/// What some cameras say that they send; the others are found out by content, which takes some more of it.
constexpr std::pair<std::string_view, const char*> kinds[] = {{"multipart/x-mixed-replace", "mpjpeg"},
                                                              {"video/mp2t", "mpegts"},
                                                              {"video/x-flv", "flv"},
                                                              {"video/h264", "h264"},
                                                              {"video/h265", "hevc"},
                                                              {"video/x-motion-jpeg", "mjpeg"}};

/// nullptr where it is no video, and no picture.
const AVInputFormat* format_of(const Download& bytes) {
  for (const auto& [said, format] : kinds)
    if (bytes.kind() == said) return av_find_input_format(format);
  const AVInputFormat* kind = nullptr;
  if (av_probe_input_buffer2(bytes.context(), &kind, nullptr, nullptr, 0, 0) < 0 || !kind) return nullptr;
  return is_video(*kind) || is_picture(*kind) ? kind : nullptr;
}

bool is_rtsp(const Address& address) { return address.scheme.starts_with("rtsp"); }

const char* transports(Transport transport) {
  switch (transport) {
    case Transport::tcp: return "tcp";
    case Transport::udp: return "udp";
    case Transport::automatic: return "tcp+udp";
  }
  return "tcp";
}

/// What an address with a name means in numbers.
Result<std::vector<std::string>> hosts_of(const Address& address, const Patience& patience, const Resolver& resolver) {
  if (address.numeric()) return std::vector{address.host};
  return look_up(address.host, patience, resolver);
}

/// A failure after which another address of the same camera may answer.
bool elsewhere(const Error& error) { return error.what == "connection refused" || error.what == "no route to host"; }

}  // namespace

Result<std::unique_ptr<Feed>> Feed::open(const Address& address, Transport transport, const Patience& patience,
                                         const Resolver& resolver) {
  silence();
  avformat_network_init();
  const auto hosts = hosts_of(address, patience, resolver);
  if (!hosts) return hosts.error();
  Error failure{Code::io, "no such host"};
  for (const auto& host : *hosts) {
    std::unique_ptr<Feed> feed(new Feed(patience));
    auto failed = feed->start({address, host}, transport);
    if (!failed) return feed;
    failure = feed->flooded() ? Error{Code::io, "it sends data without end, but no video"}
                              : open_failed(patience, *std::move(failed));
    if (!elsewhere(failure)) break;
  }
  return failure;
}

Feed::~Feed() {
  Patience closing;
  closing.begin(good_bye, {});
  asked_ = &closing;
  format_.reset();
  bytes_.reset();
}

AVIOInterruptCB Feed::interrupt() {
  return {[](void* self) { return static_cast<const Feed*>(self)->asked_->ask() ? 1 : 0; }, this};
}

std::optional<Error> Feed::start(const Way& way, Transport transport) {
  if (auto failure = is_rtsp(way.address) ? start_rtsp(way, transport) : start_http(way)) return failure;
  if (!still_) choose_stream();
  return std::nullopt;
}

int Feed::open_format(const char* url, const AVInputFormat* kind, AVDictionary** options) {
  auto* format = avformat_alloc_context();
  if (!format) return AVERROR(ENOMEM);
  format->interrupt_callback = interrupt();
  format->io_open = refuse_others;
  format->flags |= AVFMT_FLAG_NOBUFFER;
  format->max_streams = 16;
  if (bytes_) format->pb = bytes_->context();
  const int opened = avformat_open_input(&format, url, kind, options);  // frees the context when it fails
  format_.reset(opened < 0 ? nullptr : format);
  return opened;
}

std::optional<Error> Feed::start_rtsp(const Way& way, Transport transport) {
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "rtp,udp,tcp,tls", 0);
  av_dict_set(&options, "rtsp_transport", transports(transport), 0);
  if (transport == Transport::automatic) av_dict_set(&options, "rtsp_flags", "prefer_tcp", 0);
  av_dict_set(&options, "allowed_media_types", "video", 0);  // sound is not even sent
  av_dict_set(&options, "max_delay", reordering, 0);
  av_dict_set_int(&options, "buffer_size", udp_buffer, 0);
  const int opened = open_format(way.address.at(way.host).c_str(), av_find_input_format("rtsp"), &options);
  av_dict_free(&options);
  if (opened < 0) return failure_of(opened);
  if (format_->nb_streams == 0) return no_video;
  return std::nullopt;
}

std::optional<Error> Feed::start_http(const Way& way) {
  auto bytes = Download::open(way, patience_, interrupt());
  if (!bytes) return bytes.error();
  bytes_ = std::move(*bytes);
  still_ = bytes_->kind().starts_with("image/");
  if (still_) return std::nullopt;
  const auto* kind = format_of(*bytes_);
  if (!kind) return no_video;
  still_ = is_picture(*kind);
  if (still_) return std::nullopt;
  stamped_ = (kind->flags & AVFMT_NOTIMESTAMPS) == 0 && std::ranges::find(unstamped, kind->name) == std::end(unstamped);
  const int opened = open_format(nullptr, kind, nullptr);
  if (opened < 0) return failure_of(opened);
  return std::nullopt;
}

/// The first video stream; some containers name theirs only when its first packet comes.
void Feed::choose_stream() {
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    auto* stream = format_->streams[i];
    if (!video_ && stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && stream->codecpar->codec_id != AV_CODEC_ID_NONE)
      video_ = stream;
    stream->discard = stream == video_ || !video_ ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

int Feed::read(AVPacket& packet) {
  for (int others = 0; others < most_others; ++others) {
    const int got = av_read_frame(format_.get(), &packet);
    if (got < 0) return bytes_ && avio_feof(bytes_->context()) != 0 && !patience_.over() ? AVERROR_EOF : got;
    if (!video_) choose_stream();
    if (video_ && packet.stream_index == video_->index) {
      patience_.progress();
      if (bytes_) bytes_->grant();
      return 0;
    }
    av_packet_unref(&packet);
  }
  return AVERROR_INVALIDDATA;
}

}  // namespace kuzet::drivers::av
