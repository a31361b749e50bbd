// SPDX-License-Identifier: Apache-2.0
// Outputs that are switched by an HTTP call: relays, sirens, barriers and the interfaces of other systems.
//
// Done means: answered with 200 to 299. What fails is tried again, later and later, until it is done or no longer wanted. With
// https:// the certificate must be for the host that is named. Redirects are not followed.
#include "drivers/net/call.hpp"
#include "drivers/line.hpp"
#include "drivers/net/inbox.hpp"
#include "drivers/net/secret.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <mutex>
#include <optional>

namespace kuzet::drivers {

namespace {

using namespace std::chrono_literals;

constexpr Duration first_retry = 1s, last_retry = 60s;

struct State {
  std::string url, method = "GET", body;
};
struct Header {
  std::string name, value;
};

struct Settings : DeviceSettings {
  State on, off;
  std::vector<Header> headers;
  std::string content_type, username, password_file, token_file, ca;
  Duration timeout = 5s;
  net::Url on_url, off_url;
};

const Schema<State>& state_schema() {
  namespace s = settings;
  static const Schema<State> all{
      s::required(s::text<State>("url", &State::url, "What is called: http:// or https://, host, port and path.")),
      s::choice<State>("method", &State::method, {"GET", "POST", "PUT", "PATCH", "DELETE"}, "How it is called."),
      s::text<State>("body", &State::body, "What is sent with it."),
  };
  return all;
}

const Schema<Settings>& schema() {
  namespace s = settings;
  static const Schema<Header> header{
      s::required(s::text<Header>("name", &Header::name, "Name of the header field.")),
      s::required(s::text<Header>("value", &Header::value, "Its value; secrets belong into token_file.")),
  };
  static const Schema<Settings> all{
      s::required(s::group<Settings>("on", &Settings::on, state_schema(), "The call that switches on.")),
      s::required(s::group<Settings>("off", &Settings::off, state_schema(), "The call that switches off.")),
      s::list<Settings>("headers", &Settings::headers, header, "Further header fields."),
      s::text<Settings>("content_type", &Settings::content_type, "What the bodies are, such as application/json."),
      s::text<Settings>("username", &Settings::username, "Name for basic authentication; empty: none."),
      s::text<Settings>("password_file", &Settings::password_file, "File whose first line is the password."),
      s::text<Settings>("token_file", &Settings::token_file, "File whose first line is sent as Authorization: Bearer."),
      s::text<Settings>("ca", &Settings::ca, "File with the authorities that are trusted; empty: the system's."),
      s::duration<Settings>("timeout", &Settings::timeout, {100ms, 60s}, "How long one call may take."),
  };
  return all;
}

bool is_field(const Header& header) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  const auto printed = [](char c) { return c >= ' ' && c <= '~'; };
  return !header.name.empty() && std::ranges::all_of(header.name, plain) && std::ranges::all_of(header.value, printed);
}

Device read_output(const Node& entry, const std::string& key, Faults& faults) {
  auto settings = std::make_shared<Settings>();
  schema().read(*settings, entry, key, faults);
  for (const auto& [state, url, name] :
       {std::tuple{&settings->on, &settings->on_url, ".on.url"}, {&settings->off, &settings->off_url, ".off.url"}}) {
    auto parsed = net::parse_url(state->url);
    if (!parsed && !state->url.empty()) faults.add(entry.at, key + name, parsed.error().what);
    if (parsed) *url = std::move(*parsed);
  }
  for (const auto& header : settings->headers)
    if (!is_field(header)) faults.add(entry.at, key + ".headers", "\"" + header.name + "\" is no header field");
  if (settings->username.empty() != settings->password_file.empty())
    faults.add(entry.at, key + ".password_file", "username and password_file belong together");
  if (!settings->username.empty() && !settings->token_file.empty())
    faults.add(entry.at, key + ".token_file", "there is a username already: one of them");
  if (settings->username.find(':') != std::string::npos) faults.add(entry.at, key + ".username", "must not hold a colon");
  Device out;
  out.line = settings->on_url.site();
  out.settings = std::move(settings);
  return out;
}

std::string base64(const std::string& text) {
  std::vector<unsigned char> out(4 * ((text.size() + 2) / 3) + 1);
  const std::vector<unsigned char> bytes(text.begin(), text.end());
  const int length = EVP_EncodeBlock(out.data(), bytes.data(), static_cast<int>(bytes.size()));
  return {out.begin(), out.begin() + length};
}

/// The call for this state, with secrets read anew.
Result<net::Call> call_of(const Settings& settings, bool on) {
  const State& state = on ? settings.on : settings.off;
  net::Call out{on ? settings.on_url : settings.off_url, state.method, state.body, {}, {settings.ca}, settings.timeout};
  if (!settings.content_type.empty()) out.headers.emplace_back("Content-Type", settings.content_type);
  for (const auto& one : settings.headers) out.headers.emplace_back(one.name, one.value);
  if (!settings.token_file.empty()) {
    const auto token = net::secret("token_file", settings.token_file);
    if (!token) return token.error();
    out.headers.emplace_back("Authorization", "Bearer " + *token);
  }
  if (!settings.username.empty()) {
    const auto password = net::secret("password_file", settings.password_file);
    if (!password) return password.error();
    out.headers.emplace_back("Authorization", "Basic " + base64(settings.username + ":" + *password));
  }
  return out;
}

class Http final : public Line {
 public:
  explicit Http(const std::vector<Device>& outputs) {
    for (const auto& one : outputs) outputs_.push_back({one.settings, static_cast<const Settings&>(*one.settings), {}, {}, {}});
    wishes_.resize(outputs_.size());
  }

  void want(std::size_t output, bool on) override {
    {
      const std::lock_guard lock(mutex_);
      if (output >= wishes_.size()) return;
      wishes_[output] = {on, ++count_};
    }
    inbox_.post([] {});
  }

  Result<> work(LineEvents& events, std::stop_token stop) override {
    for (auto& one : outputs_) one.carried.reset();  // again, after the line was opened anew
    for (;;) {
      const Steady next = serve(events, stop);
      if (stop.stop_requested()) return {};
      while (inbox_.size() > 0) (void)inbox_.next(stop, Steady::min());
      if (next > std::chrono::steady_clock::now() && !fresh()) (void)inbox_.next(stop, next);
    }
  }

 private:
  struct Wish {
    std::optional<bool> on;
    std::uint64_t number = 0;
  };
  struct Output {
    std::shared_ptr<const DeviceSettings> kept;
    const Settings& settings;
    std::optional<std::uint64_t> carried;  // the wish that was tried last
    std::optional<Steady> again;           // when it is tried again; nothing: it is done
    Duration retry{};
  };

  [[nodiscard]] Wish wish(std::size_t place) const {
    const std::lock_guard lock(mutex_);
    return wishes_[place];
  }
  [[nodiscard]] bool fresh() const {
    for (std::size_t i = 0; i < outputs_.size(); ++i)
      if (const auto one = wish(i); one.on && outputs_[i].carried != one.number) return true;
    return false;
  }

  /// One turn over all outputs; when the next one is due.
  Steady serve(LineEvents& events, const std::stop_token& stop) {
    Steady next = Steady::max();
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      auto& output = outputs_[i];
      const auto wanted = wish(i);
      const bool fresh = wanted.on && output.carried != wanted.number;
      if (fresh || (output.again && std::chrono::steady_clock::now() >= *output.again)) carry(i, wanted, fresh, events, stop);
      if (output.again) next = std::min(next, *output.again);
    }
    return next;
  }

  void carry(std::size_t place, const Wish& wanted, bool fresh, LineEvents& events, const std::stop_token& stop) {
    auto& output = outputs_[place];
    const auto call = call_of(output.settings, *wanted.on);
    const auto done = call ? net::make(*call, stop) : Result<>(call.error());
    if (!done && stop.stop_requested()) return;  // it is neither done nor refused
    output.retry = fresh ? first_retry : std::min(2 * output.retry, last_retry);
    output.carried = wanted.number;
    output.again = done ? std::nullopt : std::optional(std::chrono::steady_clock::now() + output.retry);
    events.switched(place, *wanted.on, done);
  }

  std::vector<Output> outputs_;
  net::Inbox inbox_;
  mutable std::mutex mutex_;
  std::vector<Wish> wishes_;  // guarded
  std::uint64_t count_ = 0;   // guarded
};

std::unique_ptr<Line> open(LinePlan plan, const Clock&) { return std::make_unique<Http>(plan.outputs); }

}  // namespace

const DeviceType& http_device() {
  static const DeviceType type{"http",  "Switches by an HTTP or HTTPS call; an answer of 200 to 299 is done.",
                               nullptr, &schema().fields(),
                               nullptr, read_output,
                               open};
  return type;
}

}  // namespace kuzet::drivers
