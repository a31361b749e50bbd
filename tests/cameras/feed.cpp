// SPDX-License-Identifier: Apache-2.0
// Pictures into GStreamer, and RTP packets spoilt on their way out.
#include "tests/cameras/feed.hpp"

#include <gst/app/gstappsrc.h>
#include <gst/rtp/gstrtpbuffer.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace kuzet::test {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::uint32_t rtp_second = 90'000;  // ticks, for every kind of video
constexpr std::size_t left_whole = 2;         // bytes of a payload: its kind, so that noise arrives as pictures

Steady::duration seconds(double value) {
  return std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(value));
}

std::uint32_t wrong(Stamps how, std::uint32_t stamp, std::uint32_t first) {
  const std::uint32_t since = stamp - first;
  switch (how) {
    case Stamps::backwards: return first - since;
    case Stamps::jumping: return stamp + (since / rtp_second % 2 == 0 ? 0 : 3600 * rtp_second);
    case Stamps::standing: return first;
    case Stamps::right: break;
  }
  return stamp;
}

GstPadProbeReturn probe(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& feed = *static_cast<Feed*>(data);
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    auto* packet = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
    info->data = packet;
    return feed.spoil(packet) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  }
  auto* list = gst_buffer_list_make_writable(gst_pad_probe_info_get_buffer_list(info));
  info->data = list;
  for (guint i = gst_buffer_list_length(list); i-- > 0;)
    if (!feed.spoil(gst_buffer_list_get_writable(list, i))) gst_buffer_list_remove(list, i, 1);
  return gst_buffer_list_length(list) > 0 ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

GstCaps* caps(const Film& film) {
  if (film.codec == "mjpeg")
    return gst_caps_new_simple("image/jpeg", "width", G_TYPE_INT, film.width, "height", G_TYPE_INT, film.height, nullptr);
  return gst_caps_new_simple(film.codec == "h264" ? "video/x-h264" : "video/x-h265", "stream-format", G_TYPE_STRING,
                             "byte-stream", "alignment", G_TYPE_STRING, "au", nullptr);
}

void let_go(gpointer film) { delete static_cast<std::shared_ptr<const Film>*>(film); }

}  // namespace

Feed::Feed(std::shared_ptr<Mount> mount, GstElement* bin)
    : mount_(std::move(mount)),
      source_(gst_bin_get_by_name_recurse_up(GST_BIN(bin), "film")),
      payloader_(gst_bin_get_by_name_recurse_up(GST_BIN(bin), "pay0")) {
  auto* pad = gst_element_get_static_pad(payloader_, "src");
  constexpr auto what = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
  gst_pad_add_probe(pad, what, &probe, this, nullptr);
  gst_object_unref(pad);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Feed::~Feed() {
  mount_->change([this](Mount&) { thread_.request_stop(); });  // under its lock: a thread about to wait must not miss it
  thread_.join();
  gst_object_unref(source_);
  gst_object_unref(payloader_);
}

void Feed::play() {
  mount_->change([this](Mount&) { playing_ = true; });
}

bool Feed::spoil(GstBuffer* packet) {
  const Faults faults = mount_->faults_now();
  if (faults.lost > 0 && static_cast<int>(random_() % 100) < faults.lost) return false;
  if (!faults.garbage && faults.stamps == Stamps::right) return true;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  if (gst_rtp_buffer_map(packet, GST_MAP_READWRITE, &rtp) == FALSE) return true;
  const std::uint32_t stamp = gst_rtp_buffer_get_timestamp(&rtp);
  if (!std::exchange(seen_, true)) first_stamp_ = stamp;
  gst_rtp_buffer_set_timestamp(&rtp, wrong(faults.stamps, stamp, first_stamp_));
  auto* payload = static_cast<std::uint8_t*>(gst_rtp_buffer_get_payload(&rtp));
  const std::size_t length = gst_rtp_buffer_get_payload_len(&rtp);
  for (std::size_t i = left_whole; faults.garbage && i < length; ++i) payload[i] = static_cast<std::uint8_t>(random_());
  gst_rtp_buffer_unmap(&rtp);
  return true;
}

bool Feed::push(const std::shared_ptr<const Film>& film, std::size_t index, GstClockTime stamp) {
  const auto& bytes = film->pictures[index].bytes;
  auto* buffer = gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, const_cast<std::uint8_t*>(bytes.data()), bytes.size(), 0,
                                             bytes.size(), new std::shared_ptr<const Film>(film), &let_go);
  GST_BUFFER_PTS(buffer) = stamp;
  return gst_app_src_push_buffer(GST_APP_SRC(source_), buffer) == GST_FLOW_OK;
}

void Feed::announce(const Film& film) {
  auto* format = caps(film);
  gst_app_src_set_caps(GST_APP_SRC(source_), format);
  gst_caps_unref(format);
}

void Feed::run(const std::stop_token& stop) {
  std::unique_lock lock(mount_->mutex);
  auto film = mount_->film;
  announce(*film);
  (void)push(film, 0, 0);
  mount_->changed.wait(lock, [&] { return playing_ || stop.stop_requested(); });
  const auto began = Steady::now();
  auto last = began;
  for (std::size_t next = 1; !stop.stop_requested();) {
    if (film != mount_->film) {
      film = mount_->film;
      next = 0;
      announce(*film);
    }
    const auto due = last + seconds(mount_->faults.interval.value_or(1 / film->rate));
    if (mount_->faults.silent) {
      mount_->changed.wait(lock);
      last = Steady::now();
    } else if (Steady::now() < due) {
      mount_->changed.wait_until(lock, due);
    } else {
      const std::size_t index = next++ % film->pictures.size();
      const double early = film->pictures[index].moment - static_cast<double>(index);
      lock.unlock();
      const double stamp = std::chrono::duration<double>(due - began).count() + early / film->rate;
      const bool taken = push(film, index, static_cast<GstClockTime>(std::max(0.0, stamp) * 1e9));
      lock.lock();
      if (!taken) return;
      last = due;
    }
  }
}

}  // namespace kuzet::test
