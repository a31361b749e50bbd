// SPDX-License-Identifier: Apache-2.0
// kuzet(1): the commands come from the command line itself, what surrounds them is written here.
#include "agent/cli/command_words.hpp"

#include <sstream>

namespace kuzet::cli {

namespace {

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string slanted(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string said(const OptionWords& option) {
  std::string out;
  for (const auto& name : option.names) out += (out.empty() ? "" : ", ") + bold(name);
  if (option.value.empty()) return out;
  return out + (out.empty() ? "" : " ") + slanted(option.value);
}

std::string in_synopsis(const OptionWords& option) {
  const std::string one = option.names.empty()
                              ? slanted(option.value)
                              : bold(option.names.back()) + (option.value.empty() ? "" : " " + slanted(option.value));
  return option.required ? one : "[" + one + "]";
}

bool is_help(const OptionWords& option) { return !option.names.empty() && option.names.back() == "--help"; }

/// A sentence, whether or not it was declared with its full stop.
std::string sentence(std::string text) {
  if (!text.empty() && !text.ends_with('.')) text += '.';
  return text;
}

void write_option(std::ostream& out, const OptionWords& option) {
  out << ".TP\n" << said(option) << '\n' << roff(sentence(option.help));
  if (!option.choices.empty()) {
    out << "\nOne of";
    const char* before = " ";
    for (const auto& choice : option.choices) out << std::exchange(before, ", ") << bold(choice);
    out << '.';
  }
  if (!option.fallback.empty()) out << "\nDefault: " << bold(option.fallback) << '.';
  out << '\n';
}

void write_command(std::ostream& out, const CommandWords& command) {
  out << ".SS kuzet " << roff(command.name);
  for (const auto& option : command.options)
    if (!is_help(option)) out << ' ' << in_synopsis(option);
  out << '\n' << roff(sentence(command.help)) << '\n';
  for (const auto& option : command.options)
    if (!is_help(option)) write_option(out, option);
}

constexpr auto opening = R"(.SH NAME
kuzet \- watches a site with cameras and sensors and loses no alert
.SH SYNOPSIS
.B kuzet
.I command
.RI [ options ]
.br
.B kuzet \-\-help
|
.B kuzet \-\-version
.SH DESCRIPTION
Kuzet runs on a board at a waste site, a school or a road.
It looks at cameras and sensors, finds what the city must know, keeps every alert on its own disk first, and hands it to the
control centre over MQTT until the centre has confirmed it.
It assists people; it is not a certified fire alarm.
.PP
The service of systemd is
.BR kuzet.service :
it runs
.B kuzet run
as the user
.BR kuzet ,
writes its log to the journal
.RB ( "journalctl \-u kuzet" )
and takes over a changed configuration with
.BR "systemctl reload kuzet" .
.PP
Data goes to standard output, sentences for people to standard error.
.SH FIRST STEPS
.nf
sudo nano /etc/kuzet/kuzet.yaml        # node, cameras, sensors, broker; see kuzet.yaml(5)
sudo \-u kuzet kuzet check              # every fault, with its line
sudo \-u kuzet kuzet probe              # what each camera and sensor says right now
sudo systemctl restart kuzet
sudo \-u kuzet kuzet status             # what runs, and what waits
.fi
.SH COMMANDS
)";

constexpr auto closing = R"(.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Failed; standard error says why.
.TP
.B 2
The command line is wrong.
.TP
.B 78
The configuration is wrong; systemd does not restart the agent on it.
.SH FILES
.TP
.I /etc/kuzet/kuzet.yaml
The configuration. Removing the package leaves it, purging takes it away.
.TP
.I /var/lib/kuzet
The store: alerts, their pictures, what waits for the control centre. Removing the package leaves it, purging takes it away.
.TP
.I /usr/share/doc/kuzet/examples/kuzet.yaml
A complete commented configuration.
.TP
.I /usr/share/kuzet/schema
JSON Schemas of every message.
.SH SEE ALSO
.BR kuzet.yaml (5),
.BR systemctl (1),
.BR journalctl (1)
)";

}  // namespace

std::string roff(const std::string& text) {
  std::string out;
  bool begin = true;
  for (const char c : text) {
    if (begin && (c == '.' || c == '\'')) out += "\\&";  // would be an instruction
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";  // else a hyphen, which cannot be copied into a terminal
    else
      out += c;
    begin = c == '\n';
  }
  return out;
}

std::string command_page(const std::vector<CommandWords>& commands, const std::string& version) {
  std::ostringstream out;
  out << ".TH KUZET 1 \"\" \"kuzet " << roff(version) << "\" \"Kuzet\"\n" << opening;
  for (const auto& command : commands) write_command(out, command);
  out << closing;
  return out.str();
}

}  // namespace kuzet::cli
