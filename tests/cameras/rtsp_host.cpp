// SPDX-License-Identifier: Apache-2.0
// The RTSP server of the tests, by GStreamer.
#include "tests/cameras/rtsp_host.hpp"

#include "tests/cameras/feed.hpp"

#include <arpa/inet.h>
#include <gst/base/gstbasesink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <stdexcept>

namespace kuzet::test {

namespace {

constexpr auto role = "viewer";
constexpr auto help =
    "ok: film MOUNT FILE|CODEC:WxH@RATE (shows that from now on), silent MOUNT on|off, interval MOUNT SECONDS (0: the film's), "
    "garbage MOUNT on|off, lose MOUNT PER_CENT, stamps MOUNT right|backwards|jumping|standing, end MOUNT (closes its viewers' "
    "connections), remove MOUNT (404), restore MOUNT, refuse, accept, password WORD, viewers (how many there are)";

const char* pipeline(const std::string& codec) {
  if (codec == "h264") return "( appsrc name=film is-live=true format=time ! rtph264pay name=pay0 pt=96 config-interval=-1 )";
  if (codec == "hevc") return "( appsrc name=film is-live=true format=time ! rtph265pay name=pay0 pt=96 config-interval=-1 )";
  if (codec == "mjpeg") return "( appsrc name=film is-live=true format=time ! rtpjpegpay name=pay0 )";
  throw std::runtime_error("no way to send " + codec);
}

/// The feed sets the pace; a sink that waited for a time stamp's moment would hold back what comes before it in a film with B
/// pictures.
void no_waiting(GstBin*, GstBin*, GstElement* element, gpointer) {
  if (GST_IS_BASE_SINK(element) != FALSE) g_object_set(element, "sync", FALSE, nullptr);
}

void begin(GstRTSPMedia*, gint state, gpointer feed) {
  if (state == GST_STATE_PLAYING) static_cast<Feed*>(feed)->play();
}

void drop(gpointer feed) { delete static_cast<Feed*>(feed); }

void end_feed(GstRTSPMedia* media, gpointer) { g_object_set_data(G_OBJECT(media), "feed", nullptr); }

void configure(GstRTSPMediaFactory*, GstRTSPMedia* media, gpointer data) {
  const auto* mount = static_cast<std::shared_ptr<Mount>*>(data);
  auto* bin = gst_rtsp_media_get_element(media);
  auto* feed = new Feed(*mount, bin);
  g_object_set_data_full(G_OBJECT(media), "feed", feed, &drop);
  g_signal_connect(media, "new-state", G_CALLBACK(&begin), feed);
  g_signal_connect(media, "unprepared", G_CALLBACK(&end_feed), nullptr);
  if (auto* whole = gst_object_get_parent(GST_OBJECT(bin)); whole != nullptr) {
    g_signal_connect(whole, "deep-element-added", G_CALLBACK(&no_waiting), nullptr);
    gst_object_unref(whole);
  }
  gst_object_unref(bin);
}

void forget(gpointer data, GClosure*) { delete static_cast<std::shared_ptr<Mount>*>(data); }

GstRTSPFilterResult shows(GstRTSPSession*, GstRTSPSessionMedia* media, gpointer path) {
  gint matched = 0;
  const bool so = gst_rtsp_session_media_matches(media, static_cast<const char*>(path), &matched) != FALSE;
  return so ? GST_RTSP_FILTER_REF : GST_RTSP_FILTER_KEEP;
}

GstRTSPFilterResult looks_at(GstRTSPClient*, GstRTSPSession* session, gpointer path) {
  auto* found = gst_rtsp_session_filter(session, &shows, path);
  const bool so = found != nullptr;
  g_list_free_full(found, &g_object_unref);
  return so ? GST_RTSP_FILTER_REF : GST_RTSP_FILTER_KEEP;
}

GstRTSPFilterResult ended(GstRTSPServer*, GstRTSPClient* client, gpointer path) {
  auto* found = gst_rtsp_client_session_filter(client, &looks_at, path);
  const bool so = found != nullptr;
  g_list_free_full(found, &g_object_unref);
  return so ? GST_RTSP_FILTER_REMOVE : GST_RTSP_FILTER_KEEP;
}

bool on(std::istringstream& words) {
  std::string word;
  words >> word;
  if (word != "on" && word != "off") throw std::runtime_error("must be on or off");
  return word == "on";
}

double number(std::istringstream& words) {
  double out = 0;
  if (!(words >> out)) throw std::runtime_error("must be a number");
  return out;
}

Stamps stamps(std::istringstream& words) {
  std::string word;
  words >> word;
  if (word == "right") return Stamps::right;
  if (word == "backwards") return Stamps::backwards;
  if (word == "jumping") return Stamps::jumping;
  if (word == "standing") return Stamps::standing;
  throw std::runtime_error("must be right, backwards, jumping or standing");
}

/// Bound and not listening: connections to it are refused, and nobody else gets the number.
int keep(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(fd, std::bit_cast<const sockaddr*>(&address), sizeof address);
  return fd;
}

}  // namespace

RtspHost::RtspHost(const RtspSettings& settings) : settings_(settings), server_(gst_rtsp_server_new()), port_(settings.port) {
  gst_rtsp_server_set_address(server_, "127.0.0.1");
  if (!settings_.user.empty()) let_in(settings_.password);
  for (const auto& words : settings_.mounts) {
    const auto equals = words.find('=');
    if (equals == std::string::npos) throw std::runtime_error(words + ": must be /PATH=FILM");
    show(words.substr(0, equals), words.substr(equals + 1));
  }
  listen();
  keeper_ = keep(port_);
}

RtspHost::~RtspHost() {
  close();
  g_object_unref(server_);
  if (keeper_ >= 0) ::close(keeper_);
}

void RtspHost::listen() {
  if (source_ != 0) return;
  gst_rtsp_server_set_service(server_, std::to_string(port_).c_str());
  source_ = gst_rtsp_server_attach(server_, nullptr);
  if (source_ == 0) throw std::runtime_error("cannot listen on port " + std::to_string(port_));
  port_ = gst_rtsp_server_get_bound_port(server_);
}

void RtspHost::close() {
  if (source_ != 0) g_source_remove(source_);
  source_ = 0;
}

/// The connections of all who look at this mount are closed.
void RtspHost::end(const std::string& path) { gst_rtsp_server_client_filter(server_, &ended, const_cast<char*>(path.c_str())); }

void RtspHost::show(const std::string& path, const std::string& what) {
  auto next = std::make_shared<const Film>(film(what));
  auto& mount = mounts_[path];
  if (!mount) mount = std::make_shared<Mount>();
  const bool other_kind = !mount->film || mount->film->codec != next->codec;
  mount->change([&](Mount& at) { at.film = next; });
  if (!other_kind) return;
  publish(path, next->codec);
  end(path);  // what they were promised does not come any more
}

void RtspHost::publish(const std::string& path, const std::string& codec) {
  auto* factory = gst_rtsp_media_factory_new();
  gst_rtsp_media_factory_set_launch(factory, pipeline(codec));
  gst_rtsp_media_factory_add_role(factory, role, GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                  GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, nullptr);
  if (settings_.transport == "tcp") gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_TCP);
  if (settings_.transport == "udp") gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_UDP);
  g_signal_connect_data(factory, "media-configure", G_CALLBACK(&configure), new std::shared_ptr<Mount>(mounts_.at(path)),
                        &forget, static_cast<GConnectFlags>(0));
  auto* all = gst_rtsp_server_get_mount_points(server_);
  gst_rtsp_mount_points_add_factory(all, path.c_str(), factory);  // takes the place of an older one
  g_object_unref(all);
}

void RtspHost::let_in(const std::string& password) {
  if (auth_ == nullptr) {
    auth_ = gst_rtsp_auth_new();
    const int methods =
        (settings_.method != "digest" ? GST_RTSP_AUTH_BASIC : 0) | (settings_.method != "basic" ? GST_RTSP_AUTH_DIGEST : 0);
    gst_rtsp_auth_set_supported_methods(auth_, static_cast<GstRTSPAuthMethod>(methods));
    gst_rtsp_server_set_auth(server_, auth_);
    g_object_unref(auth_);  // the server holds it
  } else {
    gst_rtsp_auth_remove_digest(auth_, settings_.user.c_str());
    gst_rtsp_auth_remove_basic(auth_, basic_.c_str());
  }
  auto* token = gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, role, nullptr);
  auto* basic = gst_rtsp_auth_make_basic(settings_.user.c_str(), password.c_str());
  basic_ = basic;
  g_free(basic);
  gst_rtsp_auth_add_basic(auth_, basic_.c_str(), token);
  gst_rtsp_auth_add_digest(auth_, settings_.user.c_str(), password.c_str(), token);
  gst_rtsp_token_unref(token);
}

Mount& RtspHost::mount(const std::string& path) {
  const auto found = mounts_.find(path);
  if (found == mounts_.end()) throw std::runtime_error("no mount \"" + path + "\"");
  return *found->second;
}

std::string RtspHost::fault(const std::string& verb, Mount& mount, std::istringstream& words) {
  Faults faults = mount.faults_now();
  if (verb == "silent") {
    faults.silent = on(words);
  } else if (verb == "interval") {
    const double seconds = number(words);
    faults.interval = seconds > 0 ? std::optional(seconds) : std::nullopt;
  } else if (verb == "garbage") {
    faults.garbage = on(words);
  } else if (verb == "lose") {
    faults.lost = static_cast<int>(number(words));
  } else if (verb == "stamps") {
    faults.stamps = stamps(words);
  } else {
    throw std::runtime_error("unknown: " + verb);
  }
  mount.change([&](Mount& at) { at.faults = faults; });
  return "ok";
}

std::string RtspHost::obey(const std::string& line) {
  std::istringstream words(line);
  std::string verb, path, word;
  words >> verb;
  if (verb == "help") return help;
  if (verb == "refuse") return close(), "ok";
  if (verb == "accept") return listen(), "ok";
  if (verb == "password") return words >> word, let_in(word), "ok";
  if (verb == "viewers") {
    auto* clients = gst_rtsp_server_client_filter(server_, nullptr, nullptr);
    const auto count = g_list_length(clients);
    g_list_free_full(clients, &g_object_unref);
    return "ok: " + std::to_string(count);
  }
  words >> path;
  auto& at = mount(path);
  if (verb == "end") return end(path), "ok";
  if (verb == "restore") return publish(path, at.film->codec), "ok";
  if (verb == "film") return words >> word, show(path, word), "ok";
  if (verb != "remove") return fault(verb, at, words);
  auto* all = gst_rtsp_server_get_mount_points(server_);
  gst_rtsp_mount_points_remove_factory(all, path.c_str());
  g_object_unref(all);
  return "ok";
}

}  // namespace kuzet::test
