#!/bin/bash
# SPDX-License-Identifier: MIT
# The leak matrix on 6.1: what has to come through does, and nothing else.
exec "$(dirname "${BASH_SOURCE[0]}")/run" --kernel 6.1
