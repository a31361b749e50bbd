// SPDX-License-Identifier: Apache-2.0
// kuzet.yaml(5): from the declarations that also read the configuration, so that the page cannot say anything else.
#include "agent/cli/command_words.hpp"
#include "agent/run/configuration.hpp"
#include "drivers/camera.hpp"
#include "drivers/line.hpp"
#include "vision/detector.hpp"

#include <sstream>

namespace kuzet::cli {

namespace {

void write_field(std::ostream& out, const Field& field);

void write_fields(std::ostream& out, const std::vector<Field>& fields) {
  for (const auto& field : fields) write_field(out, field);
}

void write_field(std::ostream& out, const Field& field) {
  out << ".TP\n\\fB" << roff(field.name) << "\\fR (" << roff(field.type);
  if (!field.range.empty()) out << ", " << roff(field.range);
  if (!field.unit.empty()) out << ", " << roff(field.unit);
  if (field.required) out << ", \\fBrequired\\fR";
  if (!field.fallback.empty()) out << ", default " << roff(field.fallback);
  out << ")\n" << roff(field.help) << '\n';
  if (!field.inner) return;
  out << ".RS\n";
  write_fields(out, *field.inner);
  out << ".RE\n";
}

void write_section(std::ostream& out, const Field& section) {
  out << ".SH " << roff(section.name) << '\n' << roff(section.help) << '\n';
  if (section.inner)
    write_fields(out, *section.inner);
  else
    write_field(out, section);
}

void write_detectors(std::ostream& out) {
  out << ".SH DETECTORS\nWhat stands under\n.B detect\nof a camera: \\fBtype\\fR, and the settings of that type.\n";
  for (const auto* type : vision::detector_types()) {
    out << ".SS " << roff(std::string(type->name)) << '\n' << roff(std::string(type->summary)) << ".\n";
    write_fields(out, *type->fields);
  }
}

void write_cameras(std::ostream& out) {
  out << ".SH CAMERA DRIVERS\nWhich of them reads a camera follows from its\n.BR source .\n";
  for (const auto* type : drivers::camera_types())
    out << ".TP\n.B " << roff(std::string(type->name)) << '\n' << roff(std::string(type->summary)) << ".\n";
}

void write_devices(std::ostream& out) {
  out << ".SH DRIVERS OF SENSORS AND OUTPUTS\nWhat a sensor or an output has beside what all have.\n";
  for (const auto* type : drivers::device_types()) {
    out << ".SS " << roff(std::string(type->name)) << '\n' << roff(std::string(type->summary)) << ".\n";
    if (type->sensor_fields != nullptr) write_fields(out, *type->sensor_fields);
    if (type->output_fields == nullptr) continue;
    out << ".PP\nAs an output:\n";
    write_fields(out, *type->output_fields);
  }
}

constexpr auto opening = R"(.SH NAME
kuzet.yaml \- the configuration of the watch
.SH DESCRIPTION
.I /etc/kuzet/kuzet.yaml
is one YAML file.
.B node
with
.B id
and
.B site
is the only must; everything else has a default.
Durations are written 500ms, 30s, 3min, 1h30min; sizes 256MiB, 2GiB; points are fractions of the picture, [0, 0] is top left.
Keys and ids that are not known are faults.
Secrets never stand in the file:
.B password_file
names a file whose first line is the password, and
.B ${NAME}
stands for a variable of the environment.
.PP
.B kuzet check
tells every fault with its line and key,
.B systemctl reload kuzet
takes a changed file over; a wrong one changes nothing and is told in the journal.
.SH EXAMPLE
.nf
node: {id: n07, site: landfill\-88}
uplink: {servers: [mqtt://broker.city.example:1883]}
cameras:
  \- id: yard
    source: rtsp://10.0.0.5/sub
    zones: {no_parking: [[0.60, 0.50], [0.98, 0.50], [0.98, 0.95], [0.60, 0.95]]}
    detect:
      \- {type: fire}
      \- {type: illegal_parking, zone: no_parking, dwell: 3min}
.fi
)";

constexpr auto closing = R"(.SH FILES
.TP
.I /usr/share/doc/kuzet/examples/kuzet.yaml
A complete commented configuration.
.SH SEE ALSO
.BR kuzet (1)
)";

}  // namespace

std::string settings_page(const std::string& version) {
  std::ostringstream out;
  out << ".TH KUZET.YAML 5 \"\" \"kuzet " << roff(version) << "\" \"Kuzet\"\n" << opening;
  for (const auto& section : run::configuration_fields()) write_section(out, section);
  write_detectors(out);
  write_cameras(out);
  write_devices(out);
  out << closing;
  return out.str();
}

}  // namespace kuzet::cli
