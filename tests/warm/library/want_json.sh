#!/bin/sh
# WANT_JSON
printf  "{\"changed\": false, \"said\": \"a shell script\"}"
