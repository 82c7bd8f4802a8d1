# Links the addon so that it runs on other Linux systems: nothing beside it but the C library, of version 2.28 or later.
file(WRITE ${CMAKE_BINARY_DIR}/exported.map "{ global: napi_register_module_v1; node_api_module_get_api_version_v1; local: *; };\n")
target_link_options(trae PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--exclude-libs,ALL -Wl,--as-needed
  -Wl,--version-script=${CMAKE_BINARY_DIR}/exported.map)

include(CheckCXXSymbolExists)
check_cxx_symbol_exists(__GLIBC__ features.h TRAE_HAS_GLIBC)
if(TRAE_HAS_GLIBC)
  set(old_glibc ${CMAKE_BINARY_DIR}/old_glibc)
  execute_process(COMMAND bash ${CMAKE_SOURCE_DIR}/scripts/old_glibc.sh ${old_glibc} 2.28 ${CMAKE_CXX_COMPILER} COMMAND_ERROR_IS_FATAL ANY)
  target_sources(trae PRIVATE native/old_glibc.cpp)
  set_target_properties(trae PROPERTIES SKIP_BUILD_RPATH ON) # nothing is looked for there when it runs
  target_link_directories(trae BEFORE PRIVATE ${old_glibc})
  # Before glibc 2.34 threads and dlopen were in libraries of their own; later ones keep them, empty.
  target_link_libraries(trae PRIVATE -Wl,--no-as-needed pthread dl -Wl,--as-needed)
endif()
