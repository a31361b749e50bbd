// SPDX-License-Identifier: Apache-2.0
// The link by Eclipse Paho: the only file that knows it. Its callbacks only post; no call into Paho is made from them, nor from
// the user's thread, which must never wait for the network. By Paho's C library, because the one for C++ calls the handler of
// TLS errors with an address that is no longer valid (1.2.0).
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
#include <span>
#include <utility>

namespace kuzet::link {

namespace {

using namespace std::chrono_literals;

constexpr int wrong_version = 0x84;                                       // MQTT 5, 3.2.2.2
constexpr int wrong_version_311 = 1;                                      // MQTT 3.1.1, 3.2.2.3
constexpr std::string_view no_answer = "TCP connect completion failure";  // Paho's words for: CONNECT was sent, then it ended
constexpr std::string_view too_late = "TCP connect timeout";              // whatever was waited for
constexpr auto farewell = 500ms;                                          // how long the broker has to take the will
constexpr auto patience = 2s;  // a farewell, and Paho's threads, which look up once a second

thread_local Handshake overheard;  // by this thread of Paho's

void overhear(MQTTASYNC_TRACE_LEVELS, char* line) { overheard.traced(line); }

int overhear_error(const char* line, std::size_t length, void*) {
  overheard.failed({line, length});
  return 1;
}

/// Paho's trace is one for all its clients: it is on only while somebody connects.
void listen(bool on) {
  MQTTAsync_setTraceCallback(overhear);
  MQTTAsync_setTraceLevel(on ? MQTTASYNC_TRACE_PROTOCOL : MQTTASYNC_TRACE_FATAL);
}

/// One connection: a client of its own, so that nothing of an older one can reach a newer one. Its thread is the Caller's.
class Session {
 public:
  using Home = std::function<void(Hub::Tell)>;

  Session(Connection connection, Home home) : connection_(std::move(connection)), home_(std::move(home)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    vanish();
    if (client_ != nullptr) MQTTAsync_destroy(&client_);  // nothing is called back any more
  }

  void connect();
  void publish(std::uint64_t number, const Message& message);
  void subscribe(std::uint64_t number, const std::vector<std::string>& filters);
  void disconnect(std::chrono::milliseconds wait);

 private:
  /// What Paho has not answered yet; the context of its callbacks.
  struct Asked {
    Session* session = nullptr;
    std::uint64_t number = 0;
    std::size_t filters = 0;  // of a subscription; 0: a message
    bool last = false;        // the will, said by ourselves
    std::list<Asked>::iterator self{};
  };

  [[nodiscard]] bool v5() const { return connection_.version == Version::v5; }
  [[nodiscard]] int create();
  [[nodiscard]] int begin();
  int send(Asked what, const Message& message);
  MQTTAsync_responseOptions response_to(Asked what);
  void forget(void* context);
  void vanish();
  void leave(MQTTReasonCodes reason, std::chrono::steady_clock::time_point end);
  void wait_until_left(std::chrono::steady_clock::time_point end);
  void lose(const Loss& loss);  // once
  void tell(Hub::Tell what) {
    if (!lost_) home_(std::move(what));
  }

  // Called back by Paho's threads.
  static Session& at(void* context) { return *static_cast<Session*>(context); }
  void welcome(const Welcome& welcome);
  void refused(const Failure& failure);
  static int worst(void* context, const MQTTAsync_successData5& data);
  static int worst(void* context, const MQTTAsync_successData* data);
  static void answer(void* context, int reason);
  void left();
  static int came(void* context, char* topic, int length, MQTTAsync_message* message);

  const Connection connection_;
  const Home home_;
  MQTTAsync client_ = nullptr;
  bool said_goodbye_ = false;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Asked> asked_;  // guarded
  bool left_ = false;       // guarded; the will or the disconnect is through
};

int Session::create() {
  MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
  options.MQTTVersion = v5() ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
  if (const int code = MQTTAsync_createWithOptions(&client_, connection_.server.c_str(), connection_.client_id.c_str(),
                                                   MQTTCLIENT_PERSISTENCE_NONE, nullptr, &options);
      code != MQTTASYNC_SUCCESS)
    return code;
  MQTTAsync_setDisconnected(client_, this, [](void* context, MQTTProperties*, MQTTReasonCodes reason) {
    at(context).lose({"the broker ended the connection: " + words_5(reason)});  // it may be long until Paho looks again
  });
  return MQTTAsync_setCallbacks(
      client_, this, [](void* context, char*) { at(context).lose({"connection lost"}); }, came, nullptr);
}

int Session::begin() {
  Options options(connection_, this);
  if (options->ssl != nullptr) options->ssl->ssl_error_cb = overhear_error;
  if (v5()) {
    options->onSuccess5 = [](void* context, MQTTAsync_successData5* data) {
      at(context).welcome(welcome_of(data->properties));
    };
    options->onFailure5 = [](void* context, MQTTAsync_failureData5* data) { at(context).refused(failure_of(data)); };
  } else {
    options->onSuccess = [](void* context, MQTTAsync_successData*) { at(context).welcome({}); };
    options->onFailure = [](void* context, MQTTAsync_failureData* data) { at(context).refused(failure_of(data)); };
  }
  return MQTTAsync_connect(client_, options.get());
}

void Session::connect() {
  if (const auto why = unusable_file(connection_)) return lose({*why});
  int code = create();
  listen(true);
  if (code == MQTTASYNC_SUCCESS) code = begin();
  if (code != MQTTASYNC_SUCCESS) lose({"cannot connect: " + words_of_paho(code)});
}

/// The context and the callbacks for one question; what they find at `context` is released by `answer`.
MQTTAsync_responseOptions Session::response_to(Asked what) {
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(what);
    asked_.back().self = std::prev(asked_.end());
    options.context = &asked_.back();
  }
  if (v5()) {
    options.onSuccess5 = [](void* context, MQTTAsync_successData5* data) { answer(context, worst(context, *data)); };
    options.onFailure5 = [](void* context, MQTTAsync_failureData5* data) { answer(context, failure_of(data).code); };
  } else {
    options.onSuccess = [](void* context, MQTTAsync_successData* data) { answer(context, worst(context, data)); };
    options.onFailure = [](void* context, MQTTAsync_failureData* data) { answer(context, failure_of(data).code); };
  }
  return options;
}

int Session::worst(void* context, const MQTTAsync_successData5& data) {
  const auto filters = static_cast<const Asked*>(context)->filters;
  if (filters < 2) return data.reasonCode;
  const std::span reasons(data.alt.sub.reasonCodes, static_cast<std::size_t>(data.alt.sub.reasonCodeCount));
  return *std::ranges::max_element(reasons);
}

int Session::worst(void* context, const MQTTAsync_successData* data) {
  const auto filters = static_cast<const Asked*>(context)->filters;
  if (data == nullptr || filters == 0) return 0;
  if (filters == 1) return data->alt.qos;
  return *std::ranges::max_element(std::span(data->alt.qosList, filters));
}

/// By Paho's threads. A question that was not answered is told by nobody: the connection is lost, and that is told.
void Session::answer(void* context, int reason) {
  const auto asked = static_cast<Asked*>(context);
  Session& session = *asked->session;
  const bool last = asked->last;
  if (!last && reason >= 0) session.tell([number = asked->number, reason](Events& events) { events.answered(number, reason); });
  const std::lock_guard lock(session.mutex_);
  session.asked_.erase(asked->self);
  session.left_ = session.left_ || last;
  session.changed_.notify_all();
}

void Session::publish(std::uint64_t number, const Message& message) {
  if (const int code = send({this, number}, message); code != MQTTASYNC_SUCCESS)
    lose({"cannot publish to " + message.topic + ": " + words_of_paho(code)});
}

int Session::send(Asked what, const Message& message) {
  Properties properties;
  if (v5()) properties.add(message);
  MQTTAsync_message out = MQTTAsync_message_initializer;
  out.payload = paho_text(message.payload);
  out.payloadlen = static_cast<int>(message.payload.size());
  out.qos = message.qos;
  out.retained = message.retained ? 1 : 0;
  out.properties = *properties.get();
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  if (message.qos > 0) options = response_to(what);
  const int code = MQTTAsync_sendMessage(client_, message.topic.c_str(), &out, &options);
  if (code != MQTTASYNC_SUCCESS && message.qos > 0) forget(options.context);
  return code;
}

void Session::subscribe(std::uint64_t number, const std::vector<std::string>& filters) {
  std::vector<char*> topics;
  for (const auto& filter : filters) topics.push_back(paho_text(filter));
  std::vector<int> qos(filters.size(), 1);
  auto options = response_to({this, number, filters.size()});
  const int code = MQTTAsync_subscribeMany(client_, static_cast<int>(filters.size()), topics.data(), qos.data(), &options);
  if (code == MQTTASYNC_SUCCESS) return;
  forget(options.context);
  lose({"cannot subscribe: " + words_of_paho(code)});
}

void Session::disconnect(std::chrono::milliseconds wait) {
  if (client_ == nullptr || MQTTAsync_isConnected(client_) == 0) return;
  said_goodbye_ = true;
  const auto end = std::chrono::steady_clock::now() + wait;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, end, [this] { return asked_.empty(); });
  }
  leave(MQTTREASONCODE_NORMAL_DISCONNECTION, end);
}

/// Paho says a proper goodbye when it is destroyed, and then the broker would keep the will to itself. MQTT 5 has a goodbye
/// that asks for the will; in 3.1.1, where Paho cannot be made to hang up without a word, we say the will ourselves.
void Session::vanish() {
  if (client_ == nullptr || said_goodbye_ || lost_ || connection_.will.topic.empty() || MQTTAsync_isConnected(client_) == 0)
    return;
  const auto end = std::chrono::steady_clock::now() + farewell;
  if (v5()) return leave(MQTTREASONCODE_DISCONNECT_WITH_WILL_MESSAGE, end);
  Message will = connection_.will;
  will.qos = 1;
  if (send({this, 0, 0, true}, will) == MQTTASYNC_SUCCESS) wait_until_left(end);
}

void Session::leave(MQTTReasonCodes reason, std::chrono::steady_clock::time_point end) {
  MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer5;
  options.reasonCode = reason;
  options.context = this;
  if (v5()) {
    options.onSuccess5 = [](void* context, MQTTAsync_successData5*) { at(context).left(); };
    options.onFailure5 = [](void* context, MQTTAsync_failureData5*) { at(context).left(); };
  } else {
    options.onSuccess = [](void* context, MQTTAsync_successData*) { at(context).left(); };
    options.onFailure = [](void* context, MQTTAsync_failureData*) { at(context).left(); };
  }
  if (MQTTAsync_disconnect(client_, &options) == MQTTASYNC_SUCCESS) wait_until_left(end);
}

void Session::left() {
  const std::lock_guard lock(mutex_);
  left_ = true;
  changed_.notify_all();
}

void Session::wait_until_left(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, end, [this] { return left_; });
}

void Session::forget(void* context) {
  const std::lock_guard lock(mutex_);
  asked_.erase(static_cast<Asked*>(context)->self);
}

void Session::welcome(const Welcome& welcome) {
  listen(false);
  overheard = {};
  tell([welcome](Events& events) { events.connected(welcome); });
}

void Session::refused(const Failure& failure) {
  listen(false);
  const auto heard = std::exchange(overheard, {});
  if (failure.code > 0) {
    const int wrong = v5() ? wrong_version : wrong_version_311;
    return lose({"the broker refused the connection: " + (v5() ? words_5(failure.code) : words_311(failure.code)),
                 failure.code == wrong || failure.code == wrong_version_311});
  }
  const bool hung_up = failure.words == no_answer;
  if (hung_up && !heard.refused()) return lose({"the broker hung up when we said who we are", v5()});
  if (const auto why = heard.why(connection_); !why.empty()) return lose({"cannot connect: " + why});
  if (failure.words == too_late)
    return lose({"cannot connect: no answer within " + std::to_string(connection_.timeout.count()) + " s"});
  lose({"cannot connect: " + (failure.words.empty() ? words_of_paho(failure.code) : std::string(failure.words))});
}

void Session::lose(const Loss& loss) {
  if (lost_.exchange(true)) return;
  home_([loss](Events& events) { events.lost(loss); });
}

int Session::came(void* context, char* topic, int length, MQTTAsync_message* message) {
  const auto size = length > 0 ? static_cast<std::size_t>(length) : std::string_view(topic).size();
  at(context).tell([come = message_of({topic, size}, *message)](Events& events) { events.arrived(come); });
  MQTTAsync_freeMessage(&message);
  MQTTAsync_free(topic);
  return 1;  // taken
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
      session =
          std::make_unique<Session>(connection, [hub, number](Hub::Tell tell) { Hub::tell(hub, number, std::move(tell)); });
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
