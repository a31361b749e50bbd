// SPDX-License-Identifier: Apache-2.0
// The configuration's own file and the files that it names: readable for the service, and secrets for nobody else.
#pragma once

#include "agent/core/document.hpp"
#include "agent/run/checks/remark.hpp"
#include "agent/run/checks/service_user.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace kuzet::run::checks {

struct NamedFile {
  std::string key;  ///< "uplink.password_file"
  std::string file;
  bool secret = false;  ///< a password or a private key
};
/// All files that a document names, whatever plugin reads them: by the names that settings of files have everywhere.
std::vector<NamedFile> named_files(const Node& document);

/// Each file that cannot be read, or is open to others. `all`: also good ones.
Remarks check_files(const Roots& roots, const std::vector<NamedFile>& files, const Access& access, bool all);
/// The configuration's own file.
Remarks check_own_file(const Roots& roots, const std::filesystem::path& file, const Access& access);

/// The document of a configuration's file, without judging it; empty where it cannot be read.
Node document_of(const std::filesystem::path& file);

/// ONNX detectors: there, whole, and the ones that were added (`kuzet model add`).
Remarks check_model(const std::filesystem::path& file, const std::string& subject);

}  // namespace kuzet::run::checks
