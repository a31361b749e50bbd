# SPDX-License-Identifier: Apache-2.0
# Sourced by the scenarios that break something: a broker, a centre that writes down all it hears, and a board that has an alert.
# shellcheck shell=bash
source /srv/scenarios/words.sh

heard=/tmp/heard

# watched_board MORE: a fire on camera `yard`, the board's own sensor, and whatever more is given.
watched_board() {
  holds "there is a broker" apt-get -q -y install mosquitto mosquitto-clients
  within 10 "the broker listens" mosquitto_pub -t test -m test
  mosquitto_sub -q 1 -v -t 'kuzet/v1/#' >"$heard" &
  cat >"$configuration" <<TEXT
node: {id: n07, site: landfill-88}
uplink: {servers: ["mqtt://127.0.0.1:1883"]}
store: {keep_free: 0}
cameras:
  - id: yard
    source: /srv/footage/yard.mp4
    repeat: true
    detect:
      - {type: fire}
$1
TEXT
  holds "the configuration is right" kuzet_as_user check
  systemctl reset-failed kuzet
  holds "the service begins" systemctl restart kuzet
  within 120 "a fire is raised" a_fire
  within 20 "the centre hears it" hears '"kind":"fire"'
  alerts="$(alert_ids)"
  agent="$(main_pid)"
}

a_fire() { kuzet_as_user alerts --json | grep -q '"kind":"fire"'; }
# hears WORDS...: the centre has heard one message with all of these.
hears() {
  local lines word
  lines="$(cat "$heard")"
  for word; do lines="$(grep -aF -- "$word" <<<"$lines")" || return 1; done
  [[ -n $lines ]]
}
anew() { runs && [[ $(main_pid) != "$agent" ]]; }
# begun_anew_as WHY: told to the centre and counted, the alerts of before are there, and the journal is whole.
begun_anew_as() {
  within 30 "the centre is told why" hears '"fault":"restarted"' "\"why\":\"$1\""
  holds "it is counted" hears '"fault":"restarted"' '"count":1'
  holds "the status says it" grep -q "\"restarts\":{\"last_24h\":1,\"why\":\"$1\"" <(kuzet_as_user status --json)
  intact
}
intact() {
  same "no alert of before is missing" "$(comm -23 <(printf '%s\n' "$alerts") <(alert_ids))" ""
  holds "the journal's chain is whole" kuzet_as_user verify
}

# camera_that TRAIT RATE: a camera on this board whose library does what the trait says (tests/cameras/fake_v4l2); $usb_camera names it.
camera_that() {
  mkdir -p /srv/bus /etc/systemd/system/kuzet.service.d
  printf '%s\n' "node /dev/video0 usb-Fake_Camera_0001-video-index0" "mode YUYV 640 480 1 $2" "${1:+trait $1}" >/srv/bus/cameras.next
  mv /srv/bus/cameras.next /srv/bus/cameras
  printf '[Service]\nEnvironment=LD_PRELOAD=/srv/camera/libkuzet_fake_v4l2.so KUZET_FAKE_V4L2=/srv/bus/cameras\n' \
    >/etc/systemd/system/kuzet.service.d/camera.conf
  systemctl daemon-reload
}
usb_camera='  - {id: usb, source: /dev/v4l/by-id/usb-Fake_Camera_0001-video-index0, timeout: 2s, detect: [{type: fire}]}'

retained_state() { mosquitto_sub -C 1 -W 2 -t 'kuzet/v1/landfill-88/n07/state' | grep -q "\"state\":\"$1\""; }
stop_while_waiting() {
  local began
  systemctl stop kuzet && mount -o remount,ro /srv/disk && systemctl start --no-block kuzet && sleep 3
  began=$SECONDS
  systemctl stop kuzet && ((SECONDS - began < 5)) && mount -o remount,rw /srv/disk
}
# What `kuzet status` and `systemctl status` say now (asked anew each time, unlike <(...) behind `within`).
status_says() { kuzet_as_user status --json | grep -q -- "$1"; }
line_says() { systemctl show -P StatusText kuzet | grep -qi -- "$1"; }
