// SPDX-License-Identifier: Apache-2.0
// `kuzet enroll`: the key is made here; certificate, brokers and name come from the city, and go into the configuration.
#include "agent/cli/cli.hpp"
#include "agent/cli/identity_edit.hpp"
#include "agent/cli/owner.hpp"
#include "agent/cli/replace_file.hpp"
#include "agent/enrolment/board.hpp"
#include "agent/enrolment/enrolment.hpp"
#include "agent/outbox/disk.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <regex>

namespace kuzet::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_token = 4096;

struct Options {
  std::string url, token, config = "/etc/kuzet/kuzet.yaml", ca, pin, identity, id;
};

/// The words say where it came from and never what it is.
std::string token_of(const std::string& given) {
  std::string out = given;
  if (given == "-") {
    std::getline(std::cin, out);
  } else if (given.starts_with('@')) {
    const auto text = outbox::read_file(given.substr(1));
    if (!text) give_up("enroll: the token: " + text.error().what, wrong_usage);
    out = text->substr(0, text->find('\n'));
  }
  while (!out.empty() && (out.back() == '\r' || out.back() == ' ' || out.back() == '\t')) out.pop_back();
  const bool visible = std::ranges::all_of(out, [](char c) { return c > ' ' && c <= '~'; });
  if (out.empty() || !visible || out.size() > longest_token)
    give_up("enroll: the token must be one word of letters, digits and signs, without blanks", wrong_usage);
  return out;
}

/// As `openssl x509 -fingerprint -sha256` prints it, or without colons.
std::string pin_of(std::string given) {
  if (given.empty()) return given;
  std::erase(given, ':');
  std::ranges::transform(given, given.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  static const std::regex form("[0-9a-f]{64}");
  if (!std::regex_match(given, form))
    give_up("enroll: --pin must be a SHA-256: 64 hexadecimal digits, colons between them or not", wrong_usage);
  return given;
}

std::string text_of(const std::string& file) {
  auto text = outbox::read_file(file);
  if (!text) give_up("enroll: " + text.error().what);
  return std::move(*text);
}

/// What is set in the service's environment only must not keep the file from being read here.
Environment lenient() {
  return [real = run::process_environment()](std::string_view name) -> std::optional<std::string> {
    auto value = real(name);
    return value ? value : "unset";
  };
}

/// The configuration as it is, or the sentence that says how to come to one.
run::Configuration configuration_of(const Options& options) {
  std::error_code failed;
  if (!fs::exists(options.config, failed) && !failed)
    give_up("enroll: " + options.config +
                " is not there; begin with `kuzet new`, or write the least into it: node: {id: new, site: new}",
            wrong_configuration);
  auto all = run::load(options.config, lenient());
  if (all) return std::move(*all);
  std::cerr << all.error().what;
  give_up("enroll: put the configuration right first; the token was not used", wrong_configuration);
}

/// The edited text, when it is a right configuration.
Result<std::string> edited(const Options& options, const std::string& text, const Enrolled& enrolled) {
  auto out = with_identity(text, enrolled);
  if (!out) return out;
  if (auto good = run::parse(*out, options.config, lenient()); !good) return good.error();
  return out;
}

[[noreturn]] void leave_to_hand(const Options& options, const Enrolled& enrolled, const std::string& why) {
  std::cerr << "kuzet: enroll: the certificate is in " << enrolled.identity << ", but " << options.config
            << " was not changed: " << why << "\nkuzet: write this into it:\n"
            << by_hand(enrolled);
  throw Exit{failed};
}

void write_configuration(const Options& options, const Enrolled& enrolled) {
  const auto before = text_of(options.config);
  const auto after = edited(options, before, enrolled);
  if (!after) leave_to_hand(options, enrolled, after.error().what);
  if (*after == before) return void(std::cerr << options.config << ": is as it should be\n");
  std::error_code ignored;
  const fs::path backup = fs::weakly_canonical(options.config, ignored).string() + ".before-enroll";
  if (auto written = replace_file(options.config, *after, backup); !written)
    leave_to_hand(options, enrolled, written.error().what);
  std::cerr << options.config
            << ": node.id, node.site, uplink.servers and uplink.identity are set; as it was: " << backup.string() << '\n';
}

void warn_of_tls(const run::Configuration& all) {
  if (!all.uplink) return;
  const auto& tls = all.uplink->tls;
  if (!tls.certificate.empty() || !tls.key.empty())
    std::cerr << "kuzet: enroll: uplink.tls.certificate and key are set and count instead of the new ones: take them out\n";
  if (!tls.ca.empty()) std::cerr << "kuzet: enroll: uplink.tls.ca is set and counts instead of the city's authority\n";
}

void enroll(const Options& options) {
  if (auto fit = enrolment::check_address(options.url); !fit) give_up("enroll: " + fit.error().what, wrong_usage);
  const auto token = token_of(options.token);
  const auto ca = options.ca.empty() ? std::string() : text_of(options.ca);
  const auto all = configuration_of(options);
  const auto given = !options.identity.empty()                     ? options.identity
                     : all.uplink && !all.uplink->identity.empty() ? all.uplink->identity
                                                                   : all.store.path + "/identity";
  const enrolment::IdentityFolder folder(fs::absolute(given).lexically_normal());
  // Tried before the token is used up.
  if (auto fit = edited(options, text_of(options.config), {"new", "new", {"mqtts://new"}, folder.path().string()}); !fit)
    give_up("enroll: " + options.config + ": " + fit.error().what + "; the token was not used", wrong_configuration);

  const auto owner = owner_of(all.store.path);
  if (auto made = make_private(folder.path(), owner); !made) give_up("enroll: " + made.error().what);
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto name = options.id.empty() ? enrolment::this_board().serial : options.id;
  const auto record = [&] {
    const Acting acting(owner);
    return enrolment::enroll(folder, {options.url, token, {"", ca, pin_of(options.pin), ""}, name, KUZET_VERSION}, now);
  }();
  if (!record) give_up("enroll: " + record.error().what);
  std::cerr << "enrolled as " << record->site << "/" << record->node << "; the certificate is good until "
            << rfc3339(record->expires) << ", and the agent asks for the next one from " << rfc3339(record->renew_after)
            << " on\n"
            << folder.path().string() << ": key and certificate (identity.pem), enrolment.json\n";
  write_configuration(options, {record->node, record->site, record->servers, folder.path().string()});
  warn_of_tls(all);
  std::cerr << "next: kuzet check --config " << options.config << ", then systemctl reload-or-restart kuzet\n";
}

}  // namespace

void add_enroll(CLI::App& app) {
  auto* command =
      app.add_subcommand("enroll", "Makes this board's key and gets its certificate, brokers and name from the city");
  auto options = std::make_shared<Options>();
  command->add_option("URL", options->url, "Where the city enrolls boards: https://...")->required();
  command
      ->add_option("TOKEN", options->token,
                   "The word that lets this board in, once; - reads it from standard input, @FILE from a file: "
                   "others on this machine can see a command's words")
      ->required();
  add_config_option(*command, options->config);
  command->add_option("--ca", options->ca, "Authorities that are trusted there instead of the system's (PEM)");
  command->add_option("--pin", options->pin,
                      "SHA-256 of the certificate there, or of its public key: only this one is believed");
  command->add_option("--identity", options->identity,
                      "Folder for key and certificate; identity/ in the store's folder unless given");
  command->add_option("--id", options->id, "A name to ask for; the board's own number unless given");
  command->callback([options] { enroll(*options); });
}

}  // namespace kuzet::cli
