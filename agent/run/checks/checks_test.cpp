// SPDX-License-Identifier: Apache-2.0
// Each check of the board with a tree of files: what it says of a sound board and of a sick one, and what it advises.
#include "agent/run/checks/board.hpp"
#include "agent/run/checks/checks_fixture.hpp"
#include "agent/run/checks/clock.hpp"
#include "agent/run/checks/devices.hpp"
#include "agent/run/checks/files.hpp"
#include "agent/run/checks/service.hpp"
#include "agent/run/checks/store.hpp"
#include "tests/harness/small_disk.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace kuzet;
using namespace kuzet::run;
using namespace kuzet::run::checks;

namespace {

const char* const unit = "usr/lib/systemd/system/kuzet.service";
constexpr const char* usual_unit = "[Service]\nUser=kuzet\nGroup=kuzet\nSupplementaryGroups=video dialout\nWatchdogSec=30\n";
constexpr const char* usual_groups = "root:x:0:\nvideo:x:44:\ndialout:x:20:\ngpio:x:997:kuzet\nkuzet:x:990:\n";
constexpr const char* usual_users = "root:x:0:0:root:/root:/bin/bash\nkuzet:x:990:990::/var/lib/kuzet:/usr/sbin/nologin\n";

void install(const Tree& tree, const std::string& text = usual_unit) {
  tree.put(unit, text);
  tree.put("etc/passwd", usual_users);
  tree.put("etc/group", usual_groups);
}

/// Somebody without rights; only root can try.
Access stranger() { return Access(ServiceUser{"kuzet", 65534, 65534, {}, {}}); }

}  // namespace

TEST_CASE("a clock is judged by what it says and by who keeps it", "[doctor]") {
  Tree tree;
  tree.put("usr/share/zoneinfo/Asia/Almaty", "TZif");
  CHECK(has(check_clock(tree.roots, at("2026-11-22T04:00Z", ClockState::synced), "Asia/Almaty"), State::good,
            "the clock is set: 2026"));
  CHECK(has(check_clock(tree.roots, at("1970-01-01T00:10Z", ClockState::synced), ""), State::bad, "which cannot be"));
  const auto unset = at("2026-11-22T04:00Z", ClockState::unsynced);
  CHECK(has(check_clock(tree.roots, unset, ""), State::bad, "no program asks a time server"));
  tree.put("proc/412/comm", "systemd-timesyn\n");
  CHECK(has(check_clock(tree.roots, unset, ""), State::warning, "systemd-timesyn has had no answer"));
  CHECK(has(check_clock(tree.roots, unset, "Asia/Almatty"), State::bad, "Asia/Almatty is not known"));
  CHECK(has(check_clock(tree.roots, unset, ""), State::unknown, "no clock with a battery"));
  tree.put("sys/class/rtc/rtc0/name", "rtc-ds1307\n");
  CHECK(has(check_clock(tree.roots, unset, ""), State::good, "clock with a battery"));
}

TEST_CASE("a clock that is not set is a fault of the node after ten minutes", "[doctor]") {
  const auto unset = at("2026-11-22T04:00Z", ClockState::unsynced);
  CHECK(clock_never_set(unset, 9min).empty());
  CHECK(has(clock_never_set(unset, 10min), State::bad, "not set since the agent started 10 min ago"));
  CHECK(clock_never_set(at("2026-11-22T04:00Z", ClockState::held), 24h).empty());
}

TEST_CASE("a card tells its wear, and the kernel its errors", "[doctor]") {
  Tree tree;
  CHECK(check_cards(tree.roots).empty());
  const std::string card = "sys/block/mmcblk0/device/";
  tree.put(card + "type", "SD\n");
  tree.put(card + "name", "SC64G\n");
  tree.put(card + "date", "03/2023\n");
  CHECK(has(check_cards(tree.roots), State::unknown, "SD card SC64G, made 03/2023: it does not tell"));
  tree.put(card + "type", "MMC\n");
  tree.put(card + "life_time", "0x03 0x02\n");
  tree.put(card + "pre_eol_info", "0x01\n");
  CHECK(has(check_cards(tree.roots), State::good, "eMMC SC64G, made 03/2023: up to 30 %"));
  tree.put(card + "life_time", "0x09 0x02\n");
  CHECK(has(check_cards(tree.roots), State::warning, "up to 90 % of its life"));
  tree.put(card + "life_time", "0x0b 0x02\n");
  CHECK(has(check_cards(tree.roots), State::bad, "at the end of its life"));
  tree.put(card + "life_time", "0x01 0x01\n");
  tree.put(card + "pre_eol_info", "0x03\n");
  CHECK(has(check_cards(tree.roots), State::bad, "at the end of its life"));
  tree.put("sys/fs/ext4/mmcblk0p2/errors_count", "0\n");
  CHECK(has(check_cards(tree.roots), State::good, "no error on the file system of mmcblk0p2"));
  tree.put("sys/fs/ext4/mmcblk0p2/errors_count", "7\n");
  CHECK(has(check_cards(tree.roots), State::bad, "counted 7 errors on the file system of mmcblk0p2"));
}

TEST_CASE("a weak supply, heat and a slow processor are told", "[doctor]") {
  Tree tree;
  CHECK(has(check_power(tree.roots), State::unknown, "does not tell"));
  const std::string word = "sys/devices/platform/soc/soc:firmware/get_throttled";
  tree.put(word, "0\n");
  CHECK(all_good(check_power(tree.roots)));
  tree.put(word, "50000\n");
  CHECK(has(check_power(tree.roots), State::warning, "too weak at least once"));
  tree.put(word, "50005\n");
  CHECK(has(check_power(tree.roots), State::bad, "too weak right now"));
  CHECK(has(check_power(tree.roots), State::warning, "slowed down right now"));
  tree.put("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
  tree.put("sys/class/thermal/thermal_zone0/temp", "86200\n");
  CHECK(has(check_power(tree.roots), State::bad, "86 degC"));
  tree.put("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "powersave\n");
  CHECK(has(check_power(tree.roots), State::warning, "governor powersave"));
}

TEST_CASE("memory: what is free, swap on the card, limits without effect", "[doctor]") {
  Tree tree;
  tree.put("proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 600000 kB\n");
  tree.put("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
  tree.put("proc/swaps", "Filename Type Size Used Priority\n/dev/zram0 partition 500 0 100\n");
  CHECK(all_good(check_memory(tree.roots)));
  tree.put("proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 60000 kB\n");
  tree.put("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n");
  tree.put("proc/swaps", "Filename Type Size Used Priority\n/var/swap file 102396 0 -2\n");
  const auto sick = check_memory(tree.roots);
  CHECK(has(sick, State::warning, "61 MB of 1.0 GB of memory are free"));
  CHECK(has(sick, State::warning, "disable --now dphys-swapfile"));
  CHECK(has(sick, State::warning, "cgroup_enable=memory"));
}

TEST_CASE("the service's user is who the unit says, with all groups that it will have", "[doctor]") {
  Tree tree;
  CHECK_FALSE(service_user(tree.roots));
  install(tree);
  tree.put("etc/systemd/system/kuzet.service.d/pins.conf", "[Service]\nSupplementaryGroups=gpio\n");
  const auto user = service_user(tree.roots);
  REQUIRE(user);
  CHECK((user->name == "kuzet" && user->id == 990 && user->group == 990));
  CHECK(user->groups == std::vector<gid_t>{44, 20, 997, 997});
  CHECK(user->missing_groups.empty());
  install(tree, "[Service]\nUser=kuzet\nSupplementaryGroups=video plugdev\n");
  CHECK(service_user(tree.roots)->missing_groups == std::vector<std::string>{"plugdev"});
  CHECK(
      has(check_service(tree.roots, Access(service_user(tree.roots)), {}, {}, "0.1.0"), State::bad, "names the group plugdev"));
}

TEST_CASE("what root may read is not what the service may read", "[doctor]") {
  if (::geteuid() != 0) return;
  Tree tree;
  ::chmod(tree.folder.path().c_str(), 0755);
  tree.put("etc/kuzet/mqtt.password", "hunter2\n");
  const std::vector<NamedFile> files{{"uplink.password_file", "/etc/kuzet/mqtt.password", true}};
  const auto file = tree.folder / "etc/kuzet/mqtt.password";
  ::chmod(file.c_str(), 0600);
  const auto closed = check_files(tree.roots, files, stranger(), true);
  CHECK(has(closed, State::bad, "the user kuzet may not read /etc/kuzet/mqtt.password: permission denied"));
  CHECK(has(closed, State::bad, "chown root:kuzet"));
  ::chmod(file.c_str(), 0644);
  CHECK(has(check_files(tree.roots, files, stranger(), true), State::warning, "every user of this board may read"));
  ::chown(file.c_str(), 0, 65534);
  ::chmod(file.c_str(), 0640);
  CHECK(all_good(check_files(tree.roots, files, stranger(), true)));
  CHECK(said(check_files(tree.roots, files, stranger(), true)).find("hunter2") == std::string::npos);
  fs::remove(file);
  CHECK(has(check_files(tree.roots, files, stranger(), true), State::bad, "it is not there"));
  CHECK(::geteuid() == 0);  // only the thread that asked has become somebody else
  CHECK(::access("/etc/shadow", R_OK) == 0);
}

TEST_CASE("a secret in a folder that the unit hides is told", "[doctor]") {
  Tree tree;
  tree.put("home/pi/mqtt.password", "x\n");
  ::chmod((tree.folder / "home/pi/mqtt.password").c_str(), 0644);
  ::chmod(tree.folder.path().c_str(), 0755);
  const auto remarks = check_files(tree.roots, {{"uplink.password_file", "/home/pi/mqtt.password", true}}, stranger(), true);
  CHECK(has(remarks, State::bad, "hidden from the service"));
}

TEST_CASE("every file that a document names is found, whoever reads it", "[doctor]") {
  Tree tree;
  tree.put("kuzet.yaml",
           "uplink: {password_file: /a, tls: {ca: /b, certificate: /c, key: /d}, command_key: /e}\n"
           "sensors:\n  - {id: x, driver: mqtt_in, password_file: /f}\n  - {id: y, driver: http, token_file: /g}\n"
           "cameras: [{id: z, source: /dev/video0, model: /h}]\n");
  std::string out;
  for (const auto& one : named_files(document_of(tree.folder / "kuzet.yaml")))
    out += one.key + " " + one.file + (one.secret ? " !" : "") + "\n";
  CHECK(out ==
        "uplink.password_file /a !\nuplink.tls.ca /b\nuplink.tls.certificate /c\nuplink.tls.key /d !\nuplink.command_key /e\n"
        "sensors[0].password_file /f !\nsensors[1].token_file /g !\ncameras[0].model /h\n");
}

TEST_CASE("the store's file system is judged: its kind, read-only, a folder that is a mount of its own", "[doctor]") {
  Tree tree;
  const std::string root = "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n";
  const fs::path store = "/var/lib/kuzet";
  tree.put("proc/self/mounts", root);
  CHECK(all_good(check_mount(tree.roots, store)));
  tree.put("proc/self/mounts", root + "/dev/sda1 /var/lib vfat rw 0 0\n/dev/sdb1 /var/lib/kuz ext4 rw 0 0\n");
  CHECK(has(check_mount(tree.roots, store), State::bad, "vfat, /var/lib): it knows no owners"));
  tree.put("proc/self/mounts", root + "tmpfs /var/lib/kuzet tmpfs rw 0 0\n");
  CHECK(has(check_mount(tree.roots, store), State::warning, "lost at a power cut"));
  tree.put("proc/self/mounts", "/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n");
  CHECK(has(check_mount(tree.roots, store), State::bad, "which is read-only"));
  tree.put("proc/self/mounts", root + "/dev/sdb1 /mnt/my\\040disk ext4 rw,errors=remount-ro 0 0\n");
  CHECK(mount_of(tree.roots, "/mnt/my disk/store")->device == "/dev/sdb1");
  CHECK(all_good(check_mount(tree.roots, "/mnt/my disk/store")));
}

TEST_CASE("budgets that a disk cannot hold are told before pictures go", "[doctor]") {
  StoreSettings settings;
  settings.evidence.count = 2'000'000'000, settings.telemetry.count = settings.history.count = 250'000'000;
  settings.journal.count = 1'000'000'000, settings.keep_free.count = 1'000'000'000;
  CHECK(all_good(judge_room(settings, {32'000'000'000, 20'000'000'000, 0})));
  CHECK(all_good(judge_room(settings, {8'000'000'000, 2'000'000'000, 3'000'000'000})));
  CHECK(has(judge_room(settings, {8'000'000'000, 2'000'000'000, 1'000'000'000}), State::warning, "lower store.evidence"));
  CHECK(has(judge_room(settings, {8'000'000'000, 900'000'000, 4'000'000'000}), State::bad,
            "900 MB of 8.0 GB are free, less than the 1.0 GB"));
}

TEST_CASE("a store is looked at without a trace, and one that is damaged is named", "[doctor]") {
  Tree tree;
  StoreSettings settings;
  settings.path = tree.folder.path();
  settings.keep_free.count = 0;
  const Access access(std::nullopt);
  CHECK(has(check_store({}, settings, access), State::good, "there is no store yet"));
  CHECK(has(check_store({}, settings, access), State::good, "a write is on the disk after"));
  CHECK(fs::is_empty(tree.folder.path()));
  tree.put("kuzet.db", std::string(20'000, 'x'));
  CHECK(has(check_store({}, settings, access), State::bad, "kuzet.db"));
  settings.path = (tree.folder / "none").string();
  CHECK_FALSE(all_good(check_store({}, settings, access)));
}

TEST_CASE("a folder into which the unit lets nobody write is told, whatever its permissions are", "[doctor]") {
  Tree tree;
  const auto told = [&](const char* folder) { return check_sandbox(tree.roots, folder, "store.path"); };
  CHECK(told("/mnt/ssd/kuzet").empty());  // no unit
  tree.put("lib/systemd/system/kuzet.service", "[Service]\nProtectSystem=strict\nStateDirectory=kuzet\n");
  CHECK(told("/var/lib/kuzet").empty());
  CHECK(told("/var/lib/kuzet/identity").empty());
  CHECK(has(told("/mnt/ssd/kuzet"), State::bad, "may not write into /mnt/ssd/kuzet"));
  CHECK(has(told("/var/lib/kuzet-2"), State::bad, "may not write"));
  tree.put("etc/systemd/system/kuzet.service.d/disk.conf", "[Service]\nReadWritePaths=/srv\nReadWritePaths=-/mnt/ssd\n");
  CHECK(told("/mnt/ssd/kuzet").empty());
  CHECK(told("/srv/kuzet").empty());
}

TEST_CASE("a store on a file system that became read-only is a fault of the card", "[doctor]") {
  const test::SmallDisk disk(2);
  if (!disk.mounted) return;
  REQUIRE(::mount("tmpfs", disk.folder.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0);
  const auto remarks = check_permission(disk.folder.path(), Access(std::nullopt));
  CHECK(has(remarks, State::bad, "its file system is read-only"));
  CHECK(remarks[0].check == "card");
}

TEST_CASE("devices: forbidden ones name the group, absent ones what is there, names that change a better one", "[doctor]") {
  if (::geteuid() != 0) return;
  Tree tree;
  install(tree);
  ::chmod(tree.folder.path().c_str(), 0755);
  tree.put("dev/ttyUSB0", "");
  ::chown((tree.folder / "dev/ttyUSB0").c_str(), 0, 20);
  ::chmod((tree.folder / "dev/ttyUSB0").c_str(), 0660);
  const std::vector<Wanted> wanted{{"sensor air", "/dev/ttyUSB0"}};
  const auto forbidden = check_devices(tree.roots, wanted, stranger(), false);
  CHECK(has(forbidden, State::bad, "the user kuzet may not open /dev/ttyUSB0: permission denied"));
  CHECK(has(forbidden, State::bad, "SupplementaryGroups=dialout"));
  const Access member(ServiceUser{"kuzet", 65534, 65534, {20}, {}});
  CHECK(check_devices(tree.roots, wanted, member, false).empty());
  fs::create_directories(tree.folder / "dev/serial/by-id");
  fs::create_symlink("../../ttyUSB0", tree.folder / "dev/serial/by-id/usb-FTDI-if00");
  fs::create_directories(tree.folder / "proc/812/fd");
  tree.put("proc/812/comm", "minicom\n");
  fs::create_symlink(fs::canonical(tree.folder / "dev/ttyUSB0"), tree.folder / "proc/812/fd/5");
  const auto closer = check_devices(tree.roots, wanted, member, true);
  CHECK(has(closer, State::warning, "write /dev/serial/by-id/usb-FTDI-if00"));
  CHECK(has(closer, State::warning, "in use by minicom (process 812)"));
  CHECK(
      has(check_devices(tree.roots, {{"sensor air", "/dev/ttyUSB7"}}, member, true), State::bad, "there are in /dev: ttyUSB0"));
  CHECK(check_devices(tree.roots, {{"sensor air", "/dev/ttyUSB7"}}, member, false).empty());
}

TEST_CASE("the service is judged by what systemd says of it", "[doctor]") {
  Tree tree;
  install(tree);
  const Access access(service_user(tree.roots));
  const auto judged = [&](const std::string& text) {
    return check_service(tree.roots, access, parse_unit_state(text), {}, "0.1.0");
  };
  CHECK(has(judged("LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nNRestarts=0\n"), State::good,
            "active (running)"));
  CHECK(has(judged("LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nUnitFileState=enabled\n"), State::bad,
            "does not stay up"));
  CHECK(has(judged("LoadState=loaded\nActiveState=failed\nExecMainStatus=78\nResult=exit-code\n"), State::bad,
            "its configuration is wrong"));
  const auto off = judged(
      "LoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=disabled\nNRestarts=3\nNeedDaemonReload=yes\n");
  CHECK(has(off, State::warning, "does not run"));
  CHECK(has(off, State::warning, "does not start with the board"));
  CHECK(has(off, State::warning, "restarted 3 times"));
  CHECK(has(off, State::warning, "daemon-reload"));
  CHECK(has(check_service(tree.roots, access, {}, boost::json::object{{"version", "0.0.9"}}, "0.1.0"), State::warning,
            "version 0.0.9 runs, version 0.1.0 is installed"));
  install(tree, "[Service]\nUser=kuzet\nWatchdogSec=30\n");
  tree.put("etc/systemd/system/kuzet.service.d/a.conf", "[Service]\nWatchdogSec=0\n");
  CHECK(has(check_service(tree.roots, access, {}, {}, "0.1.0"), State::warning, "systemd does not watch"));
}

TEST_CASE("the system's log is told where it wears the card without a limit", "[doctor]") {
  Tree tree;
  CHECK(has(check_journald(tree.roots), State::unknown, "no journal"));
  fs::create_directories(tree.folder / "run/log/journal");
  CHECK(has(check_journald(tree.roots), State::good, "in memory"));
  fs::create_directories(tree.folder / "var/log/journal");
  CHECK(has(check_journald(tree.roots), State::warning, "SystemMaxUse=100M"));
  tree.put("etc/systemd/journald.conf.d/card.conf", "[Journal]\nSystemMaxUse=64M\n");
  CHECK(has(check_journald(tree.roots), State::good, "64M at most"));
  tree.put("usr/lib/systemd/journald.conf.d/memory.conf", "[Journal]\nStorage=volatile\n");
  CHECK(has(check_journald(tree.roots), State::good, "Storage=volatile"));
}
