// SPDX-License-Identifier: Apache-2.0
// Reads from libav's HTTP, and says what its error numbers mean.
#include "drivers/av/download.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cerrno>

namespace kuzet::drivers::av {

namespace {

constexpr int buffer_size = 32 << 10;
constexpr auto window = std::chrono::milliseconds(100);
constexpr std::int64_t most_in_window = 3'200'000;  // 32 MB/s: 4K motion JPEG at 25/s needs less

std::string media_type(AVIOContext& io) {
  std::uint8_t* found = nullptr;
  if (av_opt_get(&io, "mime_type", AV_OPT_SEARCH_CHILDREN, &found) < 0 || !found) return {};
  std::string out(reinterpret_cast<const char*>(found));
  av_free(found);
  out.resize(std::min(out.find_first_of("; "), out.size()));
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

Error failure_of(int error) {
  switch (error) {
    case AVERROR(ECONNREFUSED): return {Code::io, "connection refused"};
    case AVERROR(EHOSTUNREACH):
    case AVERROR(ENETUNREACH): return {Code::io, "no route to host"};
    case AVERROR(ECONNRESET):
    case AVERROR(EPIPE): return {Code::io, "the camera closed the connection"};
    case AVERROR(ETIMEDOUT): return {Code::io, "the camera does not answer"};
    case AVERROR(EPROTONOSUPPORT): return {Code::io, "the camera refuses this transport"};
    case AVERROR_HTTP_UNAUTHORIZED:
    case AVERROR_HTTP_FORBIDDEN: return {Code::io, "name or password not accepted"};
    case AVERROR_HTTP_NOT_FOUND: return {Code::io, "no such stream (404)"};
    case AVERROR_HTTP_BAD_REQUEST: return {Code::io, "the camera does not understand the request (400)"};
    case AVERROR_HTTP_OTHER_4XX: return {Code::io, "the camera refuses the request (4xx)"};
    case AVERROR_HTTP_SERVER_ERROR: return {Code::io, "the camera has a fault of its own (5xx)"};
    case AVERROR_PROTOCOL_NOT_FOUND: return {Code::io, "it sends on to a protocol that is not read"};
    case AVERROR_EOF: return {Code::io, "the stream ended"};
    case AVERROR_INVALIDDATA: return {Code::io, "what it sends is no video"};
    case AVERROR(EIO): return {Code::io, "the connection broke"};
    default: return {Code::io, "the connection failed (" + std::to_string(-error) + ")"};
  }
}

Result<std::unique_ptr<Download>> Download::open(const Way& way, const Patience& patience, AVIOInterruptCB interrupt) {
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "http,https,tcp,tls", 0);
  av_dict_set(&options, "headers", ("Host: " + way.address.where() + "\r\n").c_str(), 0);
  av_dict_set(&options, "verifyhost", way.address.host.c_str(), 0);  // the name that TLS asks for
  av_dict_set(&options, "http_proxy", "none", 0);                    // passwords of cameras go nowhere else
  av_dict_set(&options, "seekable", "0", 0);
  av_dict_set(&options, "icy", "0", 0);
  AVIOContext* io = nullptr;
  const int opened = avio_open2(&io, way.address.at(way.host).c_str(), AVIO_FLAG_READ, &interrupt, &options);
  av_dict_free(&options);
  if (opened < 0) return failure_of(opened);
  std::unique_ptr<Download> download(new Download(std::unique_ptr<AVIOContext, Closer>(io), patience));
  if (!download->context()) return Error{Code::io, "out of memory"};
  return download;
}

Download::Download(std::unique_ptr<AVIOContext, Closer> inner, const Patience& patience)
    : inner_(std::move(inner)), patience_(patience), kind_(media_type(*inner_)) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_size));
  if (!buffer) return;
  context_.reset(avio_alloc_context(buffer, buffer_size, 0, this, &Download::read, nullptr, nullptr));
  if (!context_) av_free(buffer);
}

/// Waits where more came than a camera sends, so that the network's own flow control holds the sender back.
bool Download::pace(int got) {
  const Steady now = std::chrono::steady_clock::now();
  if (now - window_ >= window) {
    window_ = now;
    in_window_ = 0;
  }
  in_window_ += got;
  return in_window_ < most_in_window || patience_.nap(window_ + window - now);
}

int Download::read(void* self, std::uint8_t* to, int size) {
  auto& download = *static_cast<Download*>(self);
  if (download.exhausted()) return AVERROR_EXIT;
  const int got = avio_read_partial(download.inner_.get(), to, size);
  if (got > 0) {
    download.left_ -= got;
    if (!download.pace(got)) return AVERROR_EXIT;
  }
  return got == 0 ? AVERROR_EOF : got;
}

}  // namespace kuzet::drivers::av
