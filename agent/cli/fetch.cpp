// SPDX-License-Identifier: Apache-2.0
// Files over HTTPS, by the request that drivers and the enrolment make, too.
#include "agent/cli/fetch.hpp"

#include "drivers/net/call.hpp"

namespace kuzet::cli {

namespace {

namespace net = drivers::net;

constexpr auto patience = std::chrono::seconds(30);
constexpr int most_redirects = 5;

}  // namespace

Result<std::string> fetch(const Wanted& wanted) {
  std::string place = wanted.url.substr(0, wanted.url.find('#'));
  for (int hops = 0; hops <= most_redirects; ++hops) {
    net::Call call;
    auto url = net::parse_url(place);
    if (!url || !url->tls) return Error{Code::io, place + ": only https:// addresses are loaded"};
    call.url = std::move(*url);
    call.trust.ca = wanted.ca.string();
    call.timeout = patience;
    call.each_step = true;
    call.most_answer = wanted.most;
    call.exactly = wanted.exactly;
    auto answer = net::ask(call, {});
    if (!answer) return answer.error();
    if (answer->status == 200) return std::move(answer->body);
    if (answer->status / 100 != 3 || answer->location.empty())
      return Error{Code::io, call.url.site() + ": answered " + std::to_string(answer->status)};
    place = (answer->location.starts_with('/') ? call.url.site() : "") + answer->location.substr(0, answer->location.find('#'));
  }
  return Error{Code::io, wanted.url + ": more than five redirects"};
}

}  // namespace kuzet::cli
