# kairan_embed_files(TARGET HEADER NAMESPACE FILES...)
#   Builds FILES into TARGET as byte arrays, so that the executable needs no folder beside it. The generated source
#   defines `const std::vector<EmbeddedFile>& NAMESPACE::embedded_files()`, which HEADER declares together with the type
#   { std::string_view name; std::string_view bytes; }. Names are the files' own, without folders.
function(kairan_embed_files target header namespace)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded.cpp)
  set(inputs)
  foreach(file IN LISTS ARGN)
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DHEADER=${header} -DNAMESPACE=${namespace} "-DINPUTS=${inputs}"
            -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedFilesScript.cmake
    DEPENDS ${inputs} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedFilesScript.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
