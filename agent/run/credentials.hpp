// SPDX-License-Identifier: Apache-2.0
// How this board shows itself to the broker: names, password and certificates, read anew for each connection.
#pragma once

#include "agent/link/link.hpp"
#include "agent/run/configuration.hpp"
#include "agent/uplink/wire.hpp"

#include <optional>
#include <string>

namespace kuzet::run {

uplink::Identity identity_of(const Configuration& all);

/// The files that TLS uses: what `tls` names, and otherwise those of the folder that `kuzet enroll` fills. Certificate and key
/// are from one place, never one from each.
TlsSettings tls_of(const UplinkSettings& uplink);

/// What `uplink.version` says; nothing for "auto".
std::optional<link::Version> version_of(const std::string& setting);

/// All of a connection but server, version and will. `config`: the password file cannot be read.
Result<link::Connection> connection_of(const Configuration& all);

/// What the camera's driver is asked for, its password read anew. `config`: the password file cannot be read.
Result<drivers::CameraRequest> request_of(const CameraSettings& camera, drivers::Pace pace);

/// Changes when one of the files that connection_of() and TLS read is exchanged: their names, sizes, times and inodes.
std::string credentials_mark(const UplinkSettings& uplink);

/// The birth message's account of what this node is and watches; `key` is the journal's public key,
/// `rules` are the ids of all that can raise an alert.
boost::json::object account_of(const Configuration& all, const std::string& key, const std::vector<std::string>& rules);

}  // namespace kuzet::run
