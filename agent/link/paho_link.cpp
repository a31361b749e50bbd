// SPDX-License-Identifier: Apache-2.0
// The link by Eclipse Paho's C++ library. Its callbacks only post; no call into Paho is made from them, nor from the user's
// thread, which must never wait for the network.
#include "agent/link/caller.hpp"
#include "agent/link/hub.hpp"
#include "agent/link/link.hpp"
#include "agent/link/paho.hpp"
#include "agent/link/tls.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <list>
#include <mutex>
#include <utility>

namespace kuzet::link {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr int wrong_version = 0x84;                                       // MQTT 5, 3.2.2.2
constexpr int wrong_version_311 = 1;                                      // MQTT 3.1.1, 3.2.2.3
constexpr std::string_view no_answer = "TCP connect completion failure";  // Paho's words for: CONNECT was sent, then it ended
constexpr std::string_view too_late = "TCP connect timeout";              // whatever was waited for
constexpr auto farewell = 500ms;                                          // how long the broker has to take the will
constexpr auto patience = 2s;  // a farewell, and Paho's threads, which look up once a second

thread_local Handshake overheard;  // by this thread of Paho's

void overhear(MQTTASYNC_TRACE_LEVELS, char* line) { overheard.traced(line); }

/// Paho's trace is one for all its clients: it is on only while somebody connects. Only the C library underneath has it, and
/// nothing else tells why a handshake failed.
void listen(bool on) {
  MQTTAsync_setTraceCallback(overhear);
  MQTTAsync_setTraceLevel(on ? MQTTASYNC_TRACE_PROTOCOL : MQTTASYNC_TRACE_FATAL);
}

/// One connection: a client of its own, so that nothing of an older one can reach a newer one. Its thread is the Caller's.
class Session final : private mqtt::iaction_listener {
 public:
  using Home = std::function<void(Hub::Tell)>;
  using Admits = std::function<bool(const Message&)>;

  Session(Connection connection, Home home, Admits admits)
      : connection_(std::move(connection)), home_(std::move(home)), admits_(std::move(admits)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() override {
    vanish();
    client_.reset();  // nothing is called back any more
  }

  void connect();
  void publish(std::uint64_t number, const Message& message);
  void subscribe(std::uint64_t number, const std::vector<std::string>& filters);
  void disconnect(std::chrono::milliseconds wait);

 private:
  /// Where the number of a question lies until it is answered; the context of its token.
  using Context = void*;

  [[nodiscard]] bool v5() const { return connection_.version == Version::v5; }
  void create();
  void ask(std::uint64_t number, const std::string& failed, const std::function<void(Context)>& call);
  void forget(Context asked);
  void vanish();
  void lose(const Loss& loss);  // once
  void tell(Hub::Tell what) {
    if (!lost_) home_(std::move(what));
  }

  // Called back by Paho's threads.
  void on_success(const mqtt::token& token) override;
  void on_failure(const mqtt::token& token) override;
  void welcome(const mqtt::token& token);
  void refused(const mqtt::token& token);
  [[nodiscard]] Loss refusal(int code) const;
  void answer(const mqtt::token& token, int reason);

  const Connection connection_;
  const Home home_;
  const Admits admits_;
  std::unique_ptr<mqtt::async_client> client_;
  bool said_goodbye_ = false;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::list<std::uint64_t> asked_;  // guarded; what Paho has not answered yet
};

void Session::create() {
  client_ = std::make_unique<mqtt::async_client>(connection_.server, connection_.client_id,
                                                 mqtt::create_options(v5() ? MQTTVERSION_5 : MQTTVERSION_3_1_1));
  client_->set_connection_lost_handler([this](const std::string&) { lose({"connection lost"}); });
  client_->set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode reason) {
    lose({"the broker ended the connection: " + words_5(reason)});  // it may be long until Paho looks again
  });
  client_->set_message_callback([this](const mqtt::const_message_ptr& message) {
    auto came = message_of(*message);
    if (admits_(came)) tell([came = std::move(came)](const Events& events) { events.arrived(came); });
  });
}

void Session::connect() {
  if (const auto why = unusable_file(connection_)) return lose({*why});
  try {
    create();
    listen(true);
    client_->connect(options_of(connection_), nullptr, *this);
  } catch (const mqtt::exception& failure) {
    lose({"cannot connect: " + words_of_paho(failure.get_return_code())});
  }
}

/// Asks Paho for something that it will answer by a token; when Paho will not have it, that is the end of the connection.
void Session::ask(std::uint64_t number, const std::string& failed, const std::function<void(Context)>& call) {
  if (!client_) return;
  Context asked = nullptr;
  {
    const std::lock_guard lock(mutex_);
    asked = &asked_.emplace_back(number);
  }
  try {
    call(asked);
  } catch (const mqtt::exception& failure) {
    forget(asked);
    lose({failed + ": " + words_of_paho(failure.get_return_code())});
  }
}

void Session::forget(Context asked) {
  const std::lock_guard lock(mutex_);
  asked_.erase(std::ranges::find_if(asked_, [asked](const auto& one) { return &one == asked; }));
  answered_.notify_all();
}

void Session::publish(std::uint64_t number, const Message& message) {
  const auto out = made(message, connection_.version);
  ask(number, "cannot publish to " + message.topic, [&](Context asked) {
    if (message.qos > 0) return void(client_->publish(out, asked, *this));
    client_->publish(out);
    forget(asked);  // nobody answers
  });
}

void Session::subscribe(std::uint64_t number, const std::vector<std::string>& filters) {
  // RabbitMQ 3.10 (3.1.1 only) keeps a queue on one node for a clean session with QoS 1: when that node dies, no other takes
  // us.
  const int level = connection_.version == Version::v311 ? 0 : 1;
  const mqtt::iasync_client::qos_collection qos(filters.size(), level);
  ask(number, "cannot subscribe",
      [&](Context asked) { client_->subscribe(mqtt::string_collection::create(filters), qos, asked, *this); });
}

void Session::disconnect(std::chrono::milliseconds wait) {
  if (!client_ || !client_->is_connected()) return;
  said_goodbye_ = true;
  const auto end = steady_clock::now() + wait;
  {
    std::unique_lock lock(mutex_);
    answered_.wait_until(lock, end, [this] { return asked_.empty(); });
  }
  try {
    client_->disconnect()->wait_until(end);
  } catch (const mqtt::exception&) {
    // It was lost in the same moment: the broker will say so by the will.
  }
}

/// Paho says a proper goodbye when it is destroyed, and then the broker keeps the will to itself. Paho C++ cannot hang up
/// without a word, nor with the goodbye of MQTT 5 that asks for the will (1.2.0 drops the reason): so we say it ourselves.
void Session::vanish() {
  if (!client_ || said_goodbye_ || lost_ || connection_.will.topic.empty() || !client_->is_connected()) return;
  Message will = connection_.will;
  will.qos = 1;
  try {
    client_->publish(made(will, connection_.version))->wait_for(farewell);
  } catch (const mqtt::exception&) {
    // It was lost in the same moment: the broker says the will.
  }
}

void Session::on_success(const mqtt::token& token) {
  if (token.get_type() == mqtt::token::Type::CONNECT) return welcome(token);
  const bool subscribed = token.get_type() == mqtt::token::Type::SUBSCRIBE;
  answer(token, subscribed ? worst_reason(token) : token.get_reason_code());
}

/// A question that was not answered is told by nobody: the connection is lost, and that is told.
void Session::on_failure(const mqtt::token& token) {
  if (token.get_type() == mqtt::token::Type::CONNECT) return refused(token);
  answer(token, failure_of(token));
}

void Session::answer(const mqtt::token& token, int reason) {
  const Context asked = token.get_user_context();
  const auto number = *static_cast<const std::uint64_t*>(asked);
  if (reason >= 0) tell([number, reason](const Events& events) { events.answered(number, reason); });
  forget(asked);
}

void Session::welcome(const mqtt::token& token) {
  listen(false);
  overheard = {};
  tell([welcome = v5() ? welcome_of(token) : Welcome{}](const Events& events) { events.connected(welcome); });
}

void Session::refused(const mqtt::token& token) {
  listen(false);
  const auto heard = std::exchange(overheard, {});
  const int code = failure_of(token);
  if (code > 0) return lose(refusal(code));
  const auto words = words_of(token);
  if (words == no_answer && !heard.refused()) return lose({"the broker hung up when we said who we are", v5()});
  if (const auto why = heard.why(connection_); !why.empty()) return lose({"cannot connect: " + why});
  if (words == too_late)
    return lose({"cannot connect: no answer within " + std::to_string(connection_.timeout.count()) + " s"});
  lose({"cannot connect: " + (words.empty() ? words_of_paho(code) : words)});
}

Loss Session::refusal(int code) const {
  const int wrong = v5() ? wrong_version : wrong_version_311;
  return {"the broker refused the connection: " + (v5() ? words_5(code) : words_311(code)),
          code == wrong || code == wrong_version_311};
}

void Session::lose(const Loss& loss) {
  forget_tls_errors();
  if (lost_.exchange(true)) return;
  home_([loss](const Events& events) { events.lost(loss); });
}

class PahoLink final : public Link {
 public:
  PahoLink(Events events, Hub::Home home) : hub_(std::make_shared<Hub>(std::move(events), std::move(home))) {}
  ~PahoLink() override { hub_->close(); }

  void connect(const Connection& connection) override {
    drop();
    open_ = true;
    number_ = hub_->begin();
    call([connection, hub = hub_, number = number_](std::unique_ptr<Session>& session) {
      session = std::make_unique<Session>(
          connection, [hub, number](Hub::Tell tell) { Hub::tell(hub, number, std::move(tell)); },
          [hub](const Message& message) { return hub->admits(message); });
      session->connect();
    });
  }

  Result<> publish(std::uint64_t number, const Message& message) override {
    if (!open_) return Error{Code::io, "not connected"};
    call([number, message](std::unique_ptr<Session>& session) {
      if (session) session->publish(number, message);
    });
    return {};
  }

  Result<> subscribe(std::uint64_t number, const std::vector<std::string>& filters) override {
    if (!open_) return Error{Code::io, "not connected"};
    call([number, filters](std::unique_ptr<Session>& session) {
      if (session) session->subscribe(number, filters);
    });
    return {};
  }

  void disconnect(std::chrono::milliseconds wait) override {
    if (!open_) return;
    auto gone = std::make_shared<std::promise<void>>();
    auto done = gone->get_future();
    caller_.ask([wait, gone](std::unique_ptr<Session>& session) {
      if (session) session->disconnect(wait);
      gone->set_value();
    });
    (void)done.wait_for(wait);
    drop();
  }

  void drop() override {
    open_ = false;
    hub_->begin();
    caller_.ask([](std::unique_ptr<Session>& session) { session.reset(); });
  }

  [[nodiscard]] std::optional<steady_clock::time_point> busy_since() const override { return caller_.busy_since(); }

 private:
  /// A call for the connection of now.
  void call(Caller<Session>::Call what) {
    caller_.ask([hub = hub_, number = number_, what = std::move(what)](std::unique_ptr<Session>& session) {
      if (hub->counts(number)) what(session);
    });
  }

  std::shared_ptr<Hub> hub_;
  Caller<Session> caller_{patience};
  std::uint64_t number_ = 0;  // of the connection of now
  bool open_ = false;
};

}  // namespace

std::string_view name(Version version) { return version == Version::v5 ? "5" : "3.1.1"; }

std::unique_ptr<Link> make_paho_link(Events events, std::function<void(std::function<void()>)> home) {
  return std::make_unique<PahoLink>(std::move(events), std::move(home));
}

}  // namespace kuzet::link
