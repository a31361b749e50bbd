// SPDX-License-Identifier: Apache-2.0
// Certificates in files, and how long any certificate is good.
#include "agent/run/checks/certificates.hpp"

#include "agent/enrolment/identity.hpp"
#include "agent/run/checks/words.hpp"

#include <algorithm>
#include <array>

namespace kuzet::run::checks {

using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

constexpr auto check = "certificate";
constexpr auto early = 24h * 30, late = 24h * 3;

std::string date(Wall wall) { return rfc3339(wall).substr(0, 10); }

/// One of the connection's files with certificates. Of authorities one that lasts is enough; an own one is the file's first.
Remarks check_file(const std::string& setting, const std::string& file, bool authorities, const Moment& now,
                   const std::string& renew = "put a new one there; the agent takes it over by itself") {
  const auto papers = link::read_certificates(file);
  if (!papers) return {{check, setting, State::bad, papers.error().what, renew}};
  const auto first = authorities ? std::ranges::max_element(*papers, {}, &link::Certificate::until) : papers->begin();
  return {judge_end(*first, setting, first->owner.empty() ? file : "the certificate of " + first->owner + " (" + file + ")",
                    now, renew)};
}

Remark system_authorities(const Roots& roots) {
  static constexpr std::array usual{"/etc/ssl/certs/ca-certificates.crt", "/usr/lib/ssl/cert.pem"};
  std::error_code none;
  for (const auto* file : usual)
    if (fs::exists(roots.at(file), none))
      return {check, "", State::good, "the authorities of the system are trusted (" + std::string(file) + ")", ""};
  return {check, "", State::bad, "no authority is trusted: neither tls.ca is set nor has the system any",
          "sudo apt install ca-certificates, or set uplink.tls.ca to the city's own authority"};
}

}  // namespace

Remark judge_end(const link::Certificate& certificate, const std::string& subject, const std::string& whose, const Moment& now,
                 const std::string& remedy) {
  const auto whole = certificate.until - certificate.from, left = certificate.until - now.wall;
  const std::string dated = " (from " + date(certificate.from) + " until " + date(certificate.until) + ")";
  if (now.wall < certificate.from && now.clock == ClockState::unsynced)
    return {check, subject, State::unknown, whose + " cannot be judged before the clock is set" + dated,
            "see to the clock first"};
  if (now.wall < certificate.from)
    return {check, subject, State::bad, whose + " is not valid yet" + dated, "is the clock right? Otherwise: " + remedy};
  if (left <= 0s) return {check, subject, State::bad, whose + " has ended " + span(-left) + " ago" + dated, remedy};
  const auto state = left < std::min<std::chrono::milliseconds>(late, whole / 10)        ? State::bad
                     : left < std::min<std::chrono::milliseconds>(early, whole * 3 / 10) ? State::warning
                                                                                         : State::good;
  return {check, subject, state, whose + " ends in " + span(left) + dated, state == State::good ? "" : remedy};
}

Remarks check_certificates(const Roots& roots, const link::Connection& connection, const std::string& identity, bool tls,
                           const Moment& now) {
  Remarks out;
  if (!connection.ca.empty())
    append(out, check_file("uplink.tls.ca", connection.ca, true, now));
  else if (tls)
    out.push_back(system_authorities(roots));
  if (connection.certificate.empty()) return out;
  const bool enrolled = !identity.empty() && connection.certificate == enrolment::IdentityFolder(identity).identity();
  append(out, enrolled ? check_file("uplink.identity", connection.certificate, false, now,
                                    "the agent renews it by itself: journalctl -u kuzet tells why it does not; or kuzet enroll "
                                    "with a new token")
                       : check_file("uplink.tls.certificate", connection.certificate, false, now));
  if (const auto fit = link::fit_together(connection.certificate, connection.key); !fit)
    out.push_back({check, "uplink.tls.key", State::bad, fit.error().what,
                   "certificate and key are made together: put both files there again"});
  return out;
}

}  // namespace kuzet::run::checks
