// SPDX-License-Identifier: Apache-2.0
// Our words in Paho's, and Paho's in ours.
#pragma once

#include "agent/link/link.hpp"

#include <mqtt/async_client.h>

#include <string>

namespace kuzet::link {

/// What a connect asks of Paho.
mqtt::connect_options options_of(const Connection& connection);

/// The message to be sent; in 3.1.1 without its properties.
mqtt::message_ptr made(const Message& message, Version version);

Message message_of(const mqtt::message& came);

/// What the broker said to a CONNECT of MQTT 5 that succeeded.
Welcome welcome_of(const mqtt::token& connect);

/// The worst reason of a subscription that Paho takes for a success. Of several filters in MQTT 5, Paho tells no other reason
/// than the first when that one is a refusal.
int worst_reason(const mqtt::token& subscribe);

/// Why something failed. Negative: a code of Paho's; otherwise what the broker answered, in the words of the version.
int failure_of(const mqtt::token& token);
/// What Paho has to say about a connect that failed; may be empty.
std::string words_of(const mqtt::token& connect);

std::string words_5(int reason);         ///< a reason of MQTT 5
std::string words_311(int answer);       ///< an answer to CONNECT in 3.1.1
std::string words_of_paho(int failure);  ///< a code of Paho's

}  // namespace kuzet::link
