// SPDX-License-Identifier: Apache-2.0
// kuzet-rtsp: a camera for tests, by GStreamer's RTSP server; it prints its port and takes commands, one a line.
#include "tests/cameras/rtsp_host.hpp"

#include <CLI/CLI.hpp>

#include <glib-unix.h>
#include <gst/gst.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

namespace {

using namespace kuzet::test;

struct Console {
  RtspHost& host;
  GMainLoop* loop;
  std::string waiting;
};

/// Each line is answered by one: "ok", or "no: " and why.
gboolean read_commands(gint fd, GIOCondition, gpointer data) {
  auto& console = *static_cast<Console*>(data);
  char part[4096];
  const auto count = ::read(fd, part, sizeof part);
  if (count <= 0) {
    g_main_loop_quit(console.loop);
    return G_SOURCE_REMOVE;
  }
  console.waiting.append(part, static_cast<std::size_t>(count));
  for (auto end = console.waiting.find('\n'); end != std::string::npos; end = console.waiting.find('\n')) {
    const std::string line = console.waiting.substr(0, end);
    console.waiting.erase(0, end + 1);
    try {
      std::cout << console.host.obey(line) << std::endl;
    } catch (const std::exception& error) {
      std::cout << "no: " << error.what() << std::endl;
    }
  }
  return G_SOURCE_CONTINUE;
}

int serve(const RtspSettings& settings) {
  gst_init(nullptr, nullptr);
  RtspHost host(settings);
  std::cout << "port " << host.port() << std::endl;
  Console console{host, g_main_loop_new(nullptr, FALSE), {}};
  g_unix_fd_add(STDIN_FILENO, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP), &read_commands, &console);
  g_main_loop_run(console.loop);
  g_main_loop_unref(console.loop);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  RtspSettings settings;
  CLI::App app{
      "An RTSP camera for tests on 127.0.0.1. Prints \"port N\", then answers each line of its input with one: \"help\"."};
  app.add_option("--mount", settings.mounts,
                 "/PATH=FILE or /PATH=CODEC:WIDTHxHEIGHT@RATE[/KEY_EVERY][xSECONDS], CODEC h264, hevc or mjpeg")
      ->required();
  app.add_option("--port", settings.port, "0: any that is free")->capture_default_str();
  app.add_option("--user", settings.user, "who may look; empty: everybody");
  app.add_option("--password", settings.password, "of that user");
  app.add_option("--transport", settings.transport, "what viewers may ask for: any, tcp or udp")
      ->check(CLI::IsMember({"any", "tcp", "udp"}))
      ->capture_default_str();
  app.add_option("--method", settings.method, "how it asks for the password: any, digest or basic")
      ->check(CLI::IsMember({"any", "digest", "basic"}))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return serve(settings);
  } catch (const std::exception& error) {
    std::cerr << "kuzet-rtsp: " << error.what() << '\n';
    return 1;
  }
}
