// SPDX-License-Identifier: Apache-2.0
// Files by the settings that name them: who may read them.
#include "agent/run/checks/files.hpp"

#include "agent/outbox/disk.hpp"
#include "agent/outbox/hash.hpp"
#include "agent/run/checks/words.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/models.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

namespace kuzet::run::checks {

namespace fs = std::filesystem;

namespace {

constexpr auto check = "files";
constexpr std::array public_files{"ca", "certificate", "command_key", "model"};
constexpr std::array secret_files{"password_file", "token_file", "key"};

bool any_of(const auto& names, const std::string& key) { return std::ranges::find(names, key) != names.end(); }

void walk(const Node& node, const std::string& key, std::vector<NamedFile>& out) {
  std::size_t at = 0;
  for (const auto& item : node.items) walk(item, key + "[" + std::to_string(at++) + "]", out);
  for (const auto& member : node.members) {
    const std::string whole = key.empty() ? member.key : key + "." + member.key;
    walk(member.value, whole, out);
    const bool secret = any_of(secret_files, member.key);
    if (member.value.type == Node::Type::scalar && member.value.text.starts_with('/') &&
        (secret || any_of(public_files, member.key)))
      out.push_back({whole, member.value.text, secret});
  }
}

Remark unreadable(const NamedFile& one, const Access& access, int denied) {
  if (denied == ENOENT && one.file.starts_with("/run/credentials/"))
    return {check, one.key, State::unknown, one.file + " is there only while the service runs (LoadCredential=)", ""};
  const std::string group = access.user() ? access.user()->name : "kuzet";
  const std::string remedy = denied == ENOENT ? "put it there, or correct " + one.key
                                              : "sudo chown root:" + group + " " + one.file + "; sudo chmod 0640 " + one.file;
  return {"permission", one.key, access.speaks_for_service() || denied == ENOENT ? State::bad : State::unknown,
          access.who() + " may not read " + one.file + ": " + why(denied), remedy};
}

/// A folder that the unit hides from the service (ProtectHome=, PrivateTmp=): root sees it, the agent does not.
bool hidden(const std::string& file) {
  constexpr std::array folders{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"};
  return std::ranges::any_of(folders, [&file](const char* folder) { return file.starts_with(folder); });
}

}  // namespace

std::vector<NamedFile> named_files(const Node& document) {
  std::vector<NamedFile> out;
  walk(document, "", out);
  return out;
}

Remarks check_files(const Roots& roots, const std::vector<NamedFile>& files, const Access& access, bool all) {
  Remarks out;
  for (const auto& one : files) {
    const fs::path file = roots.at(one.file);
    if (all && access.user() && hidden(one.file))
      out.push_back({check, one.key, State::bad,
                     one.file + " is hidden from the service, which sees no home and no /tmp of others",
                     "move it to /etc/kuzet"});
    else if (const int denied = access.denied(file, R_OK); denied != 0) {
      out.push_back(unreadable(one, access, denied));
      continue;
    }
    struct stat about {};
    if (!all || ::stat(file.c_str(), &about) != 0) continue;
    if (one.secret && (about.st_mode & S_IROTH) != 0)
      out.push_back({check, one.key, State::warning, one.file + " is a secret that every user of this board may read",
                     "sudo chmod o-rwx " + one.file});
    else
      out.push_back({check, one.key, State::good, access.who() + " may read " + one.file, ""});
  }
  return out;
}

Remarks check_own_file(const Roots& roots, const fs::path& file, const Access& access) {
  const std::string name = fs::absolute(file).string();
  Remarks out = check_files({}, {{"the configuration", name, false}}, access, true);
  struct stat about {};
  if (::stat(name.c_str(), &about) != 0) return out;
  const bool others = (about.st_mode & S_IWOTH) != 0;
  const bool service = access.user() && access.speaks_for_service() && access.denied(file, W_OK) == 0;
  if (others || service)
    out.push_back({check, "the configuration", State::warning,
                   (others ? "every user of this board" : access.who()) + " may write " + name + " (it belongs to " +
                       user_name(roots, about.st_uid) + ")",
                   "sudo chown root:kuzet " + name + "; sudo chmod 0640 " + name});
  return out;
}

Node document_of(const fs::path& file) {
  const auto text = outbox::read_file(file);
  Faults faults(file.string());
  return text ? read_yaml(*text, process_environment(), faults) : Node{};
}

Remarks check_model(const fs::path& file, const std::string& subject) {
  if (const auto fit = Models::glance(file); !fit)
    return {{"model", subject, State::bad, fit.error().what,
             "kuzet model list shows what is there, kuzet model get nanodet loads one"}};
  auto about = file;
  const auto known = outbox::read_file(about.replace_extension(".json"));
  boost::system::error_code broken;
  const auto value = known ? boost::json::parse(*known, broken) : boost::json::value();
  const auto* sum = value.is_object() ? value.as_object().if_contains("sha256") : nullptr;
  if (sum == nullptr || !sum->is_string())
    return {{"model", subject, State::good,
             file.string() + " is a model (it was not added by kuzet model, so its sum is not known)", ""}};
  const auto bytes = outbox::read_file(file);
  if (!bytes || sum->as_string() != outbox::sha256(*bytes))
    return {{"model", subject, State::bad, file.string() + " is not the file that was added: its SHA-256 is another one",
             "kuzet model add or get it again; a file that changes by itself is a sign of a dying card"}};
  return {{"model", subject, State::good, file.string() + " is the model that was added", ""}};
}

}  // namespace kuzet::run::checks
