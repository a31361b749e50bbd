// SPDX-License-Identifier: Apache-2.0
// The yardstick of the uplink: Eclipse Paho for C++, MQTT 5, QoS 1, a window of 16, and nothing else.
#pragma once

#include "agent/core/time.hpp"
#include "tests/bench/broker.hpp"

#include <mqtt/async_client.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

namespace kuzet::bench {

inline constexpr int window = 16;

/// A connected client.
class BareClient {
 public:
  BareClient(const Broker& broker, const std::string& name);
  ~BareClient();
  BareClient(const BareClient&) = delete;
  BareClient& operator=(const BareClient&) = delete;

  /// Waits for room in the window, then sends. `acknowledged` is called by Paho's thread.
  void publish(const mqtt::const_message_ptr& message);
  /// Waits until all was acknowledged.
  void finish();
  /// `arrived` is called by Paho's thread.
  void subscribe(const std::string& filter, std::function<void(const mqtt::message&, Steady)> arrived);

 private:
  class Room final : public mqtt::iaction_listener {
   public:
    void take();
    void wait_until_empty();
    void on_success(const mqtt::token&) override { give(); }
    void on_failure(const mqtt::token&) override { give(); }

   private:
    void give();
    std::mutex mutex_;
    std::condition_variable changed_;
    int taken_ = 0;
  };

  mqtt::async_client client_;
  Room room_;
};

}  // namespace kuzet::bench
