// The small habits of the pages beside the conversation. Without it they still work; it only saves steps.
"use strict";
