/** The program that buf and protoc start: request on stdin, answer on stdout. */
import { runNodeJs } from "@bufbuild/protoplugin";
import { protocGenThrice } from "./plugin.js";

runNodeJs(protocGenThrice);
