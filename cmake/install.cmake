# SPDX-License-Identifier: BSD-3-Clause
# What `cmake --install` writes, and what find_package(mixcon) reads.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mixcon)
install(TARGETS mixcon mixcon_torch EXPORT mixcon-targets FILE_SET HEADERS)
install(EXPORT mixcon-targets NAMESPACE mixcon:: DESTINATION ${package_dir})
# The GPU's headers and its compiled library: a component, `find_package(mixcon COMPONENTS cuda)`, where nvcc was found.
if(TARGET mixcon_cuda)
  install(TARGETS mixcon_gpu mixcon_cuda EXPORT mixcon-cuda-targets FILE_SET HEADERS COMPONENT cuda
    ARCHIVE COMPONENT cuda)
  install(EXPORT mixcon-cuda-targets NAMESPACE mixcon:: DESTINATION ${package_dir} COMPONENT cuda)
endif()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/mixcon-config.cmake.in
  ${PROJECT_BINARY_DIR}/mixcon-config.cmake INSTALL_DESTINATION ${package_dir})
# Headers only: what one machine installs serves another.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mixcon-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/mixcon-torch.cmake ${PROJECT_BINARY_DIR}/mixcon-config.cmake
 ${PROJECT_BINARY_DIR}/mixcon-config-version.cmake
  DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
