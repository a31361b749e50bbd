// SPDX-License-Identifier: Apache-2.0
// Bare Paho.
#include "tests/bench/bare_paho.hpp"

namespace kuzet::bench {

namespace {

std::string address(const Broker& broker) {
  std::string url = broker.url();
  return url.replace(0, url.find(':'), broker.authority().empty() ? "tcp" : "ssl");
}

}  // namespace

BareClient::BareClient(const Broker& broker, const std::string& name)
    : client_(address(broker), name, mqtt::create_options(MQTTVERSION_5), nullptr) {
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(true);
  options.set_max_inflight(window);
  if (!broker.authority().empty()) {
    mqtt::ssl_options tls;
    tls.set_trust_store(broker.authority());
    tls.set_verify(true);
    options.set_ssl(tls);
  }
  client_.connect(options)->wait();
}

BareClient::~BareClient() {
  try {
    client_.disconnect()->wait();
  } catch (const mqtt::exception&) {  // the broker went first
  }
}

void BareClient::publish(const mqtt::const_message_ptr& message) {
  room_.take();
  client_.publish(message, nullptr, room_);
}

void BareClient::finish() { room_.wait_until_empty(); }

void BareClient::subscribe(const std::string& filter, std::function<void(const mqtt::message&, Steady)> arrived) {
  client_.set_message_callback([arrived = std::move(arrived)](const mqtt::const_message_ptr& message) {
    arrived(*message, std::chrono::steady_clock::now());
  });
  client_.subscribe(filter, 1)->wait();
}

void BareClient::Room::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return taken_ < window; });
  ++taken_;
}

void BareClient::Room::wait_until_empty() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return taken_ == 0; });
}

void BareClient::Room::give() {
  const std::lock_guard lock(mutex_);
  --taken_;
  changed_.notify_one();
}

}  // namespace kuzet::bench
