#!/bin/sh
echo "script $*"; pwd; umask
