# SPDX-License-Identifier: Apache-2.0
# The Debian package: `cpack -G DEB` in a release build on the Debian release that it is for (tests/package does it).
# Library names differ from release to release, so there is a package for each, and a newer release's is the newer version.
include(GNUInstallDirs)
file(STRINGS /etc/os-release release REGEX "^VERSION_ID=")
string(REGEX REPLACE "[^0-9]" "" release "${release}")
set(KUZET_PACKAGE_VERSION ${PROJECT_VERSION}-1~deb${release})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kuzet)
set(CPACK_PACKAGE_VENDOR Kuzet)
set(CPACK_PACKAGE_CONTACT "Kuzet maintainers <maintainers@kuzet.example>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1~deb${release})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "edge agent that watches a site and loses no alert")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Kuzet runs on a small board at a waste site, a school or a road. It looks at
cameras and sensors, finds what the city must know (overfilled waste, crowds,
illegal parking, fire, someone where nobody may be, a reading out of range),
keeps every alert on its own disk first, and hands it to the control centre
over MQTT until the centre has confirmed it.
.
It assists people; it is not a certified fire alarm.")
# Every library that program and module are linked with, with the version that they need.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# systemd makes the user and runs the service; whoever speaks TLS needs authorities to trust; hours need time zones.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd (>= 252), tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS mosquitto-clients)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(scripts ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)

# What Debian wants compressed as well as it goes, without the hour at which it was done.
function(kuzet_compressed from to)
  add_custom_command(OUTPUT ${to} COMMAND gzip -9n -c ${from} > ${to} DEPENDS ${from} VERBATIM)
endfunction()

file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/released KUZET_RELEASED LIMIT_COUNT 1)
configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.in ${CMAKE_BINARY_DIR}/package/changelog @ONLY)
kuzet_compressed(${CMAKE_BINARY_DIR}/package/changelog ${CMAKE_BINARY_DIR}/package/changelog.Debian.gz)
kuzet_compressed(${CMAKE_BINARY_DIR}/manual/kuzet.1 ${CMAKE_BINARY_DIR}/package/kuzet.1.gz)
kuzet_compressed(${CMAKE_BINARY_DIR}/manual/kuzet.yaml.5 ${CMAKE_BINARY_DIR}/package/kuzet.yaml.5.gz)
add_custom_target(package_documents ALL DEPENDS
  ${CMAKE_BINARY_DIR}/package/changelog.Debian.gz ${CMAKE_BINARY_DIR}/package/kuzet.1.gz ${CMAKE_BINARY_DIR}/package/kuzet.yaml.5.gz)

install(FILES ${CMAKE_CURRENT_LIST_DIR}/kuzet.yaml DESTINATION /etc/kuzet)
install(FILES ${CMAKE_BINARY_DIR}/package/kuzet.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_BINARY_DIR}/package/kuzet.yaml.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${CMAKE_BINARY_DIR}/package/changelog.Debian.gz ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/lintian-overrides)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME kuzet)
endif()
include(CPack)
